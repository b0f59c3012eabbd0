/// The primary key of a synced row: 16 bytes that never change.
public struct RowKey: Hashable, Sendable, Comparable {
    /// 16.
    public static let byteCount = 16

    /// The value, ``byteCount`` bytes.
    public let bytes: [UInt8]

    /// The value of exactly ``byteCount`` bytes, else nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    init(checked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Orders as the bytes do.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
