/// An account: the first 16 bytes of SHA-256 over its public key, so that a key proves its account.
public struct AccountID: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The account that `key` is the account key of.
    public init(key: VerifyingKey) {
        self.init(checked: Array(Digest(of: key.bytes).bytes.prefix(Self.byteCount)))
    }
}

/// A device: the first 16 bytes of SHA-256 over its public key.
public struct DeviceID: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The device that `key` is the device key of.
    public init(key: VerifyingKey) {
        self.init(checked: Array(Digest(of: key.bytes).bytes.prefix(Self.byteCount)))
    }
}
