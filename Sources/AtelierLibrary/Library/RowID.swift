public import SignedObjects

/// Names one row: a version 7 UUID, so that ids sort as rows were made. Text: 32 digits.
public struct RowID: FixedBytes {
    /// 16.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// Takes bytes that were checked to be ``byteCount`` long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// A new id: 48 bits of milliseconds, then random bits with the marks of version 7.
    init(time: UnixTime, random: [UInt8]) {
        let clock = withUnsafeBytes(of: UInt64(clamping: time.milliseconds).bigEndian) { Array($0) }
        var bytes = Array((clock.suffix(6) + random + [UInt8](repeating: 0, count: 10)).prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        self.init(checked: bytes)
    }

    /// The last eight digits: those of rows made together differ there, not at the start.
    public var short: String { String(description.suffix(8)) }
}
