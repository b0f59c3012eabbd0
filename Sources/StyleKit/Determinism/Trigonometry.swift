/// Cosine and sine by additions, multiplications and divisions only: the system's differ between
/// machines in their last bit.
enum Trigonometry {
    /// - Parameter degrees: Any angle.
    static func cosineAndSine(degrees: Float) -> (Float, Float) {
        (Float(cosine(Double(degrees))), Float(cosine(Double(degrees) - 90)))
    }

    /// The cosine by its Taylor series over a quarter turn: twelve terms, an error below 10⁻¹⁵.
    private static func cosine(_ degrees: Double) -> Double {
        let part = abs(degrees.truncatingRemainder(dividingBy: 360))
        let half = part > 180 ? 360 - part : part
        let angle = (half > 90 ? 180 - half : half) * Double.pi / 180
        var term = 1.0
        var sum = 1.0
        for step in 1...12 {
            term *= -angle * angle / Double((2 * step - 1) * (2 * step))
            sum += term
        }
        return half > 90 ? -sum : sum
    }
}
