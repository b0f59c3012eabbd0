import Crypto
import SystemSupport

/// A value of a fixed number of bytes whose text form is lowercase hexadecimal.
public protocol FixedBytes: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// How many bytes a value has.
    static var byteCount: Int { get }

    /// The value, ``byteCount`` bytes.
    var bytes: [UInt8] { get }

    /// The value of ``byteCount`` bytes; the caller has checked the count.
    init(checked bytes: [UInt8])
}

extension FixedBytes {
    /// The value of exactly ``byteCount`` bytes, else nil.
    public init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount else { return nil }
        self.init(checked: bytes)
    }

    /// The value of a lowercase hexadecimal text of exactly the right length, else nil.
    public init?(hex text: String) {
        guard let bytes = Hexadecimal.decode(text) else { return nil }
        self.init(bytes)
    }

    /// Lowercase hexadecimal.
    public var description: String { Hexadecimal.encode(bytes) }

    /// Orders as the bytes do.
    public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// Reads the hexadecimal text form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected \(Self.byteCount * 2) lowercase hexadecimal digits")
        }
        self = value
    }

    /// Writes the hexadecimal text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

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
