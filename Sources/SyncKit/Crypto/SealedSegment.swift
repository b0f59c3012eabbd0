import Crypto

/// A batch of changes as it travels: a plain header and a payload that only the library's own
/// devices can read.
public struct SealedSegment: Hashable, Sendable {
    /// The plain part.
    public let header: SegmentHeader

    /// Header and sealed payload: the form to store and to send.
    public let bytes: [UInt8]

    /// Reads a segment; its payload is not opened, so nothing inside is believed yet.
    ///
    /// - Throws: ``SegmentError/malformed(_:)``, ``SegmentError/tooLarge(bytes:limit:)``.
    public init(bytes: [UInt8]) throws(SegmentError) {
        guard bytes.count <= Limits.segmentBytes else {
            throw .tooLarge(bytes: bytes.count, limit: Limits.segmentBytes)
        }
        header = try SegmentHeader(parsing: bytes)
        guard bytes.count >= SegmentHeader.byteCount + Self.tagBytes else {
            throw .malformed("length")
        }
        self.bytes = bytes
    }

    /// SHA-256 of ``bytes``: what the replica's next segment names as the one before it.
    public var hash: [UInt8] { Self.hash(of: bytes) }

    /// SHA-256 of a segment's bytes.
    static func hash(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    static let tagBytes = 16
}
