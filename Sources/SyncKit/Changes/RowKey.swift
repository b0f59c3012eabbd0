/// The primary key of a synced row: 16 bytes that never change.
public struct RowKey: Hashable, Sendable, Comparable {
    /// 16.
    public static let byteCount = 16

    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The key of exactly ``byteCount`` bytes, else nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        high = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A new key that sorts by time: UUID version 7, RFC 9562.
    ///
    /// - Parameters:
    ///   - milliseconds: Since 1970 UTC.
    ///   - randomBytes: At least 10 random bytes.
    public init(milliseconds: UInt64, randomBytes: [UInt8]) {
        precondition(randomBytes.count >= 10, "a version 7 UUID takes 74 random bits")
        let first = UInt64(randomBytes[0]) << 8 | UInt64(randomBytes[1])
        let rest = randomBytes[2..<10].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        high = milliseconds << 16 | 0x7000 | (first & 0x0fff)
        low = (rest & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000
    }

    /// The value, ``byteCount`` bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    /// Orders as the bytes do.
    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
