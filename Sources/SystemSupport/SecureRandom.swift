/// Cryptographically secure random numbers of the operating system.
package enum SecureRandom {
    /// That many random bytes.
    ///
    /// - Parameter count: At least 0.
    package static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
