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
