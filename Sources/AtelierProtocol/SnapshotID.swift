public import SignedObjects

/// A snapshot: random bytes that the device which makes it draws.
public struct SnapshotID: FixedBytes {
    /// 16.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// Takes bytes that were checked to be ``byteCount`` long.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}
