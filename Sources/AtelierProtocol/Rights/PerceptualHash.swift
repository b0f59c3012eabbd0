public import SignedObjects

/// A picture's PDQ fingerprint as it is sent: 256 bits, the highest first, as the reference
/// implementation writes them.
public struct PerceptualHash: FixedBytes {
    /// 32 bytes.
    public static let byteCount = 32
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}
