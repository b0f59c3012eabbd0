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

/// Lowercase hexadecimal text.
public enum Hexadecimal {
    /// Two digits a byte.
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of lowercase hexadecimal text, or nil.
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map(value(ofDigit:))
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
