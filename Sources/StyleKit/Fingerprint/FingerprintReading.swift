/// What was found by fingerprinting one picture.
public struct FingerprintReading: Sendable, Equatable {
    /// Readings of a lower ``quality`` say nothing: the picture is too flat.
    public static let lowestQuality = 50

    /// The fingerprints of the picture turned and mirrored in all eight ways; the first is upright.
    public let variants: [Fingerprint]
    /// How much happens in the picture, 0 to 100.
    public let quality: Int

    /// The fingerprint of the picture as it is.
    public var fingerprint: Fingerprint { variants[0] }

    /// Whether the picture has enough detail for matches to mean something.
    public var isReliable: Bool { quality >= FingerprintReading.lowestQuality }

    /// The smallest distance of this picture, turned and mirrored, to a known fingerprint.
    public func distance(to other: Fingerprint) -> Int {
        variants.map { $0.distance(to: other) }.min() ?? Fingerprint.bits
    }
}
