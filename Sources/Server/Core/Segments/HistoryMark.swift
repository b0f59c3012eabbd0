import Crypto
import SignedObjects

/// What tells one history of an account from another: where a device was given another mark for a
/// place than the server has there, the server was set back in between.
///
/// A history only grows at its end, so the same segment, stored at the same place at the same
/// moment, has the same ones before it.
struct HistoryMark: FixedBytes {
    static let byteCount = 16

    let bytes: [UInt8]

    init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The mark of a place.
    ///
    /// - Parameters:
    ///   - hash: The digest of the segment there.
    ///   - received: When it was stored, in milliseconds since 1970 UTC.
    init(of sequence: Int64, hash: SignedObjects.Digest, received: Int64) {
        var digest = SHA256()
        for number in [sequence, received] {
            withUnsafeBytes(of: number.bigEndian) { digest.update(bufferPointer: $0) }
        }
        digest.update(data: hash.bytes)
        bytes = Array(digest.finalize().prefix(Self.byteCount))
    }
}
