import SystemSupport

/// A perceptual hash of 256 bits (PDQ) that changes little when a picture is scaled, recompressed
/// or toned.
///
/// - Note: Specification and reference code: *The TMK+PDQF video-hashing algorithm and the PDQ
///   image-hashing algorithm*, Facebook, 2019. A crop of more than about 3 % or a rotation of 2° is
///   not matched.
public struct Fingerprint: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Two pictures whose hashes differ in at most this many bits are taken for copies; PDQ's own
    /// recommendation.
    public static let matchDistance = 31
    /// The number of bits.
    public static let bits = 256

    /// Bit `k` is bit `k % 64` of word `k / 64`.
    package let words: SIMD4<UInt64>

    /// The hash of these bits: bit `k` is bit `k % 64` of word `k / 64`.
    package init(words: SIMD4<UInt64>) { self.words = words }

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

    /// Reads the digits that ``init(hex:)`` reads.
    ///
    /// - Throws: `DecodingError` for any other text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Fingerprint(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "needs 64 lowercase hexadecimal digits")
        }
        self = value
    }

    /// Writes ``description``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
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

extension Fingerprint {
    /// The hash of the picture mirrored (bits 0 and 1 of `turn`) and transposed (bit 2), as
    /// ``FingerprintReading/variants`` are in order, were no coefficient near the median.
    package func turned(by turn: Int) -> Fingerprint {
        var turned = SIMD4<UInt64>()
        for index in 0..<Self.bits {
            let (row, column) = (index / 16, index % 16)
            let source = turn & 4 == 0 ? index : column * 16 + row
            // Cosines of an odd number of half periods change sign in a mirror.
            let isNegative =
                (turn & 1 == 1 && column.isMultiple(of: 2))
                != (turn & 2 == 2 && row.isMultiple(of: 2))
            let bit = words[source / 64] >> UInt64(source % 64) & 1 ^ (isNegative ? 1 : 0)
            turned[index / 64] |= bit << UInt64(index % 64)
        }
        return Fingerprint(words: turned)
    }
}
