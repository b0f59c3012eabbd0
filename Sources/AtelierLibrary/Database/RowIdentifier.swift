import Foundation
public import SignedObjects

/// Names one row: a version 7 UUID (RFC 9562), so that ids sort in the order of their making.
///
/// Text form: 32 lowercase hexadecimal digits. SQL form: a blob of 16 bytes.
public protocol RowIdentifier: FixedBytes {}

/// Names a work.
public struct WorkID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a style model.
public struct ModelID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a generation: a picture, or a sheet of drafts.
public struct GenerationID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a row of a table that is known from elsewhere, such as a removed one.
public struct RowID: RowIdentifier {
    /// 16 bytes.
    public let bytes: [UInt8]

    /// Takes bytes that were checked to be 16 long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The id of a row of one kind, without its kind.
    public init(_ id: some RowIdentifier) { self.init(checked: id.bytes) }
}

extension RowIdentifier {
    /// 16.
    public static var byteCount: Int { 16 }

    /// The last eight digits: those of rows made together differ there, not at the start.
    public var short: String { String(description.suffix(8)) }

    /// A new id: 48 bits of milliseconds since 1970 UTC, then 10 random bytes, in which the version
    /// (7) and the variant replace 6 bits.
    init(time: UnixTime, random: [UInt8]) {
        let clock = withUnsafeBytes(of: UInt64(clamping: time.milliseconds).bigEndian) { Array($0) }
        var bytes = Array((clock.suffix(6) + random + [UInt8](repeating: 0, count: 10)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.init(checked: bytes)
    }

    /// The id as SQLite stores it.
    var data: Data { Data(bytes) }

    /// The id of a row without a valid one; SyncKit lets no such row be written.
    static var none: Self { Self(checked: [UInt8](repeating: 0, count: byteCount)) }
}
