import Crypto

/// A SHA-256 digest.
public struct Digest: FixedBytes {
    /// 32 bytes.
    public static let byteCount = 32
    /// The value.
    public let bytes: [UInt8]
    /// The value of ``byteCount`` bytes; the caller has checked the count.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The digest of `bytes`.
    public init(of bytes: some Sequence<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        self.init(checked: Array(hash.finalize()))
    }

    /// The digest of the UTF-8 bytes of `text`.
    public init(of text: String) {
        self.init(of: text.utf8)
    }

    /// 32 zero bytes: what the first entry of a chain names as the one before it.
    public static let zero = Digest(checked: [UInt8](repeating: 0, count: byteCount))
}
