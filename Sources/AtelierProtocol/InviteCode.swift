public import SignedObjects

/// What an operator gives to an artist: a single-use secret and the server key's fingerprint, so
/// that the first contact is with the right server.
///
/// Text form: `ati1-` and base64url of 32 bytes: 16 of secret, 16 of fingerprint.
public struct InviteCode: Hashable, Sendable, CustomStringConvertible {
    /// The secret, which the server stores only as a hash.
    public let secret: InviteSecret
    /// The first 16 bytes of SHA-256 over the server's public key.
    public let fingerprint: ServerFingerprint

    /// A code for the server with `serverKey`.
    public init(secret: InviteSecret, serverKey: VerifyingKey) {
        self.secret = secret
        fingerprint = ServerFingerprint(key: serverKey)
    }

    /// Reads the text form, else nil.
    public init?(_ text: String) {
        guard
            text.hasPrefix(Self.prefix),
            let bytes = Base64URL.decode(text.dropFirst(Self.prefix.count)),
            bytes.count == InviteSecret.byteCount + ServerFingerprint.byteCount,
            let secret = InviteSecret(bytes.prefix(InviteSecret.byteCount)),
            let fingerprint = ServerFingerprint(bytes.dropFirst(InviteSecret.byteCount))
        else { return nil }
        self.secret = secret
        self.fingerprint = fingerprint
    }

    /// The text form.
    public var description: String {
        Self.prefix + Base64URL.encode(secret.bytes + fingerprint.bytes)
    }

    private static let prefix = "ati1-"
}

/// The secret half of an ``InviteCode``: 16 random bytes.
public struct InviteSecret: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// Names a server's key: the first 16 bytes of SHA-256 over it.
public struct ServerFingerprint: FixedBytes {
    /// 16 bytes.
    public static let byteCount = 16
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The fingerprint of `key`.
    public init(key: VerifyingKey) {
        self.init(checked: Array(Digest(of: key.bytes).bytes.prefix(Self.byteCount)))
    }
}
