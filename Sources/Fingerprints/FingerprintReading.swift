/// The perceptual hashes of one picture, and how much they can be trusted.
public struct FingerprintReading: Sendable, Hashable, Codable {
    /// Below this ``quality`` the picture has too little detail, and unrelated pictures match;
    /// PDQ's own recommendation.
    public static let lowestQuality = 50

    /// Mirrored and not, at both axes, transposed and not.
    public static let variantCount = 8
    /// What ``quality`` may be.
    public static let qualities = 0...100

    /// The hashes of the picture in all eight combinations of mirroring and transposition; the
    /// first is the picture as it is.
    public let variants: [Fingerprint]
    /// PDQ's measure of detail, 0 to 100.
    public let quality: Int

    /// The hashes of one picture, the one as it is first.
    ///
    /// The others cannot be had from the first alone: a coefficient near the median changes its bit
    /// in a mirror, which costs up to 20 of the 31 bits that a match may differ in.
    ///
    /// - Parameters:
    ///   - variants: ``variantCount`` hashes.
    ///   - quality: One of ``qualities``.
    /// - Returns: nil for another number of hashes or another quality.
    public init?(variants: [Fingerprint], quality: Int) {
        guard variants.count == Self.variantCount, Self.qualities.contains(quality) else {
            return nil
        }
        (self.variants, self.quality) = (variants, quality)
    }

    /// Reads what was sent.
    ///
    /// - Throws: `DecodingError` where a field is missing or out of its range.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let variants = try container.decode([Fingerprint].self, forKey: .variants)
        let quality = try container.decode(Int.self, forKey: .quality)
        guard let value = FingerprintReading(variants: variants, quality: quality) else {
            throw DecodingError.dataCorruptedError(
                forKey: .variants, in: container,
                debugDescription: "needs eight hashes and a quality of 0 to 100")
        }
        self = value
    }

    /// Whether the eight hashes can be of one picture.
    ///
    /// A mirror changes the signs of coefficients and a transposition their places, so each hash
    /// follows from the first but for bits near the median: see ``coherentDistance``. Unrelated
    /// ones differ in about 128 bits.
    public var isCoherent: Bool {
        variants.indices.dropFirst().allSatisfy {
            variants[$0].distance(to: fingerprint.turned(by: $0)) <= Self.coherentDistance
        }
    }

    /// How many bits a turned picture's hash may differ in from the first one turned.
    static let coherentDistance = 80

    /// The hash of the picture as it is.
    public var fingerprint: Fingerprint { variants[0] }

    /// Whether the picture has enough detail for matches to mean something.
    public var isReliable: Bool { quality >= FingerprintReading.lowestQuality }

    /// The smallest distance of the eight variants to a hash.
    public func distance(to other: Fingerprint) -> Int {
        variants.map { $0.distance(to: other) }.min() ?? Fingerprint.bits
    }
}
