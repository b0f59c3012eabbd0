/// The sRGB transfer curve in both directions, the same on every machine.
///
/// Only additions, multiplications, divisions and square roots are used: the system's `pow` and
/// `cbrt` differ between machines in their last bit.
enum SRGB {
    /// Linear light for each 8-bit value, 0 to 1.
    static let linear: [Float] = (0...255).map { Float(linearLight(Double($0) / 255)) }

    /// The linear light at which each 8-bit value gives way to the next.
    private static let thresholds: [Float] = (0..<255).map {
        Float(linearLight((Double($0) + 0.5) / 255))
    }

    /// The nearest 8-bit value for linear light.
    static func encode(_ light: Float) -> UInt8 {
        var low = 0
        var high = 255
        while low < high {
            let middle = (low + high) / 2
            if light < thresholds[middle] { high = middle } else { low = middle + 1 }
        }
        return UInt8(low)
    }

    /// The cube root of a number not below zero.
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
