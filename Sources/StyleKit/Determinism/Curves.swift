/// The exponential and the logarithm by additions, multiplications and divisions only: the
/// system's differ between machines in their last bit.
package enum Curves {
    private static let ln2 = 0.693147180559945309417232

    /// e to the power of a number within ±700; beyond, 0 or the largest such power.
    ///
    /// A Taylor series of sixteen terms around the nearest power of two: an error below 10⁻¹⁵.
    package static func exponential(_ value: Double) -> Double {
        guard value > -700 else { return 0 }
        let value = min(value, 700)
        let power = Int(value / ln2 + (value < 0 ? -0.5 : 0.5))
        let rest = value - Double(power) * ln2
        var term = 1.0
        var sum = 1.0
        for step in 1...16 {
            term *= rest / Double(step)
            sum += term
        }
        return sum * Double(bitPattern: UInt64(1_023 + power) << 52)
    }

    /// The natural logarithm of a positive normal number, by the series of the area tangent of
    /// the significand: an error below 10⁻¹⁵.
    package static func logarithm(_ value: Double) -> Double {
        var exponent = Int(value.bitPattern >> 52) - 1_023
        var significand = Double(bitPattern: value.bitPattern & ((1 << 52) - 1) | 1_023 << 52)
        if significand > 1.4142135623730951 {
            significand /= 2
            exponent += 1
        }
        let ratio = (significand - 1) / (significand + 1)
        let square = ratio * ratio
        var power = ratio
        var sum = 0.0
        for step in 0..<11 {
            sum += power / Double(2 * step + 1)
            power *= square
        }
        return 2 * sum + Double(exponent) * ln2
    }

    /// exp(-square / 2) of a number from 0, to a relative error of 10⁻⁶.
    @inline(__always)
    package static func gaussian(_ square: Float) -> Float {
        let value = square * -0.5
        guard value > -80 else { return 0 }
        let power = Int32(value * 1.442695 - 0.5)
        let rest = value - Float(power) * 0.6931472
        var sum: Float = 1 + rest * (1 / 7)
        sum = 1 + rest * (1 / 6) * sum
        sum = 1 + rest * 0.2 * sum
        sum = 1 + rest * 0.25 * sum
        sum = 1 + rest * (1 / 3) * sum
        sum = 1 + rest * 0.5 * sum
        sum = 1 + rest * sum
        return sum * Float(bitPattern: UInt32(127 + power) << 23)
    }
}
