/// A colour in OKLab, in which Euclidean distance approximates perceived difference.
///
/// Matrices: Björn Ottosson, *A perceptual color space for image processing*, 2020.
package struct OKLab: Equatable, Sendable {
    /// Lightness, 0 to 1.
    package var lightness: Float
    /// Green to red, about -0.24 to 0.28.
    package var greenRed: Float
    /// Blue to yellow, about -0.32 to 0.2.
    package var blueYellow: Float

    /// Makes a colour of its three coordinates.
    package init(lightness: Float, greenRed: Float, blueYellow: Float) {
        self.lightness = lightness
        self.greenRed = greenRed
        self.blueYellow = blueYellow
    }

    /// Converts an 8-bit sRGB colour.
    package init(red: UInt8, green: UInt8, blue: UInt8) {
        let r = SRGB.linear[Int(red)]
        let g = SRGB.linear[Int(green)]
        let b = SRGB.linear[Int(blue)]
        let long = SRGB.cubeRoot(0.41222146 * r + 0.53633255 * g + 0.05144599 * b)
        let medium = SRGB.cubeRoot(0.2119035 * r + 0.6806995 * g + 0.10739696 * b)
        let short = SRGB.cubeRoot(0.08830246 * r + 0.28171885 * g + 0.6299787 * b)
        lightness = 0.21045426 * long + 0.7936178 * medium - 0.004072047 * short
        greenRed = 1.9779985 * long - 2.4285922 * medium + 0.4505937 * short
        blueYellow = 0.025904037 * long + 0.78277177 * medium - 0.80867577 * short
    }

    /// The nearest 8-bit sRGB colour; coordinates out of gamut are clamped a channel.
    package var rgb: (UInt8, UInt8, UInt8) {
        let long = cube(lightness + 0.39633778 * greenRed + 0.21580376 * blueYellow)
        let medium = cube(lightness - 0.105561346 * greenRed - 0.06385417 * blueYellow)
        let short = cube(lightness - 0.08948418 * greenRed - 1.2914855 * blueYellow)
        return (
            SRGB.encode(4.0767417 * long - 3.3077116 * medium + 0.23096994 * short),
            SRGB.encode(-1.268438 * long + 2.6097574 * medium - 0.34131938 * short),
            SRGB.encode(-0.0041960863 * long - 0.7034186 * medium + 1.7076147 * short)
        )
    }

    /// The Euclidean distance in OKLab × 100: lightness counts 0 to 100.
    package func distance(to other: OKLab) -> Float {
        let dl = lightness - other.lightness
        let da = greenRed - other.greenRed
        let db = blueYellow - other.blueYellow
        return (dl * dl + da * da + db * db).squareRoot() * 100
    }

    private func cube(_ value: Float) -> Float { value * value * value }
}

/// The sRGB transfer function in both directions, bit for bit the same on every machine.
///
/// Only additions, multiplications, divisions and square roots are used: the system's `pow` and
/// `cbrt` differ in their last bit.
enum SRGB {
    /// Linear light, 0 to 1, of each 8-bit value.
    static let linear: [Float] = (0...255).map { Float(linearLight(Double($0) / 255)) }

    /// The linear light at which each 8-bit value gives way to the next.
    private static let thresholds: [Float] = (0..<255).map {
        Float(linearLight((Double($0) + 0.5) / 255))
    }

    /// The nearest 8-bit value of linear light.
    static func encode(_ light: Float) -> UInt8 {
        var low = 0
        var high = 255
        while low < high {
            let middle = (low + high) / 2
            if light < thresholds[middle] { high = middle } else { low = middle + 1 }
        }
        return UInt8(low)
    }

    /// The cube root of a number from 0, by two steps of Halley's method from a guess by its
    /// exponent.
    static func cubeRoot(_ value: Float) -> Float {
        guard value > 1e-9 else { return 0 }
        var root = Float(bitPattern: value.bitPattern / 3 + 709_921_077)
        for _ in 0..<2 {
            let cube = root * root * root
            root *= (cube + value + value) / (cube + cube + value)
        }
        return root
    }

    private static func linearLight(_ value: Double) -> Double {
        guard value > 0.04045 else { return value / 12.92 }
        let base = (value + 0.055) / 1.055
        let fifth = fifthRoot(base)
        return base * base * fifth * fifth
    }

    private static func fifthRoot(_ value: Double) -> Double {
        var root = 1.0
        for _ in 0..<60 {
            let fourth = root * root * root * root
            root -= (root - value / fourth) / 5
        }
        return root
    }
}
