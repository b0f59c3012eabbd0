import SystemSupport

/// A perceptual hash of 256 bits (PDQ) that changes little when a picture is scaled, recompressed
/// or toned.
///
/// - Note: Specification and reference code: *The TMK+PDQF video-hashing algorithm and the PDQ
///   image-hashing algorithm*, Facebook, 2019. A crop of more than about 3 % or a rotation of 2° is
///   not matched.
public struct Fingerprint: Sendable, Hashable, CustomStringConvertible {
    /// Two pictures whose hashes differ in at most this many bits are taken for copies; PDQ's own
    /// recommendation.
    public static let matchDistance = 31
    /// The number of bits.
    public static let bits = 256

    /// Bit `k` is bit `k % 64` of word `k / 64`.
    let words: SIMD4<UInt64>

    init(words: SIMD4<UInt64>) { self.words = words }

    /// Reads 32 bytes, the highest bit first, as the reference implementation writes them.
    ///
    /// - Returns: nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        var words = SIMD4<UInt64>()
        for (index, byte) in bytes.enumerated() {
            words[3 - index / 8] |= UInt64(byte) << UInt64(56 - 8 * (index % 8))
        }
        self.words = words
    }

    /// Reads 64 lowercase hexadecimal digits.
    ///
    /// - Returns: nil for any other text.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex, byteCount: 32) else { return nil }
        self.init(bytes: bytes)
    }

    /// 32 bytes, as ``init(bytes:)`` reads them.
    public var bytes: [UInt8] {
        (0..<32).map { index in
            UInt8(truncatingIfNeeded: words[3 - index / 8] >> UInt64(56 - 8 * (index % 8)))
        }
    }

    /// 64 lowercase hexadecimal digits.
    public var description: String { Hexadecimal.encode(bytes) }

    /// The Hamming distance, 0 to 256.
    public func distance(to other: Fingerprint) -> Int {
        let differing = words ^ other.words
        return differing.x.nonzeroBitCount + differing.y.nonzeroBitCount
            + differing.z.nonzeroBitCount + differing.w.nonzeroBitCount
    }
}

/// The perceptual hashes of one picture, and how much they can be trusted.
public struct FingerprintReading: Sendable, Equatable {
    /// Below this ``quality`` the picture has too little detail, and unrelated pictures match;
    /// PDQ's own recommendation.
    public static let lowestQuality = 50

    /// The hashes of the picture in all eight combinations of mirroring and transposition; the
    /// first is the picture as it is.
    public let variants: [Fingerprint]
    /// PDQ's measure of detail, 0 to 100.
    public let quality: Int

    /// The hash of the picture as it is.
    public var fingerprint: Fingerprint { variants[0] }

    /// Whether the picture has enough detail for matches to mean something.
    public var isReliable: Bool { quality >= FingerprintReading.lowestQuality }

    /// The smallest distance of the eight variants to a hash.
    public func distance(to other: Fingerprint) -> Int {
        variants.map { $0.distance(to: other) }.min() ?? Fingerprint.bits
    }
}
