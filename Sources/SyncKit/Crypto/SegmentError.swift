/// Why a segment could not be sealed, read or opened; nothing was changed.
public enum SegmentError: Error, Equatable, CustomStringConvertible {
    /// The bytes are not a segment.
    case malformed(String)
    /// More bytes than a segment may have.
    case tooLarge(bytes: Int, limit: Int)
    /// A newer program made it.
    case newerForm
    /// It was sealed with a library key that this replica does not hold.
    case unknownKey(epoch: UInt32)
    /// It belongs to another library.
    case otherAccount
    /// A byte was changed, or another key sealed it.
    case notAuthentic
    /// Compression failed.
    case compression(String)

    /// Whether nobody who holds the library's keys can have made it, as far as they are here: it is
    /// not worth keeping. Of an authentic segment none of these is thrown.
    var isJunk: Bool {
        switch self {
        case .malformed, .tooLarge, .otherAccount, .notAuthentic: true
        case .newerForm, .unknownKey, .compression: false
        }
    }

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .malformed(let part):
            "This is not a sealed segment (\(part))."
        case .tooLarge(let bytes, let limit):
            "A segment of \(bytes) bytes; at most \(limit) are taken."
        case .newerForm:
            "A segment has a newer form than this program knows. Update this program."
        case .unknownKey(let epoch):
            "A segment is sealed with library key \(epoch), which this device does not hold yet."
        case .otherAccount:
            "A segment belongs to another account's library."
        case .notAuthentic:
            "A segment was changed on its way, or was sealed with another key."
        case .compression(let reason):
            "A segment could not be compressed or decompressed (\(reason))."
        }
    }
}
