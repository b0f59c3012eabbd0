/// Cosine and sine by additions, multiplications and divisions only: the system's differ between
/// machines in their last bit.
enum Trigonometry {
    /// - Parameter degrees: Any angle.
    static func cosineAndSine(degrees: Float) -> (Float, Float) {
        (Float(cosine(Double(degrees))), Float(cosine(Double(degrees) - 90)))
    }

    private static func cosine(_ degrees: Double) -> Double {
        let part = abs(degrees.truncatingRemainder(dividingBy: 360))
        let half = part > 180 ? 360 - part : part
        let angle = (half > 90 ? 180 - half : half) * Double.pi / 180
        return half > 90 ? -cosine(ofAcute: angle) : cosine(ofAcute: angle)
    }

    /// The cosine of an angle from 0, in half turns.
    static func cosine(halfTurns: Double) -> Double {
        let part = halfTurns.truncatingRemainder(dividingBy: 2)
        let turned = part > 1 ? 2 - part : part
        let angle = (turned > 0.5 ? 1 - turned : turned) * Double.pi
        let value = cosine(ofAcute: angle)
        return turned > 0.5 ? -value : value
    }

    /// The cosine by its Taylor series: twelve terms, an error below 10⁻¹⁵.
    ///
    /// - Parameter angle: 0 to a quarter turn, in radians.
    static func cosine(ofAcute angle: Double) -> Double {
        var term = 1.0
        var sum = 1.0
        for step in 1...12 {
            term *= -angle * angle / Double((2 * step - 1) * (2 * step))
            sum += term
        }
        return sum
    }
}
