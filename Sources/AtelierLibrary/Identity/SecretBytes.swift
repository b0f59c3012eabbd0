import SignedObjects

/// 32 secret bytes whose text form says nothing; JSON form: base64url.
package struct SecretBytes: Codable, Equatable, Sendable, CustomStringConvertible {
    /// 32.
    package static let byteCount = 32

    /// The value.
    package let bytes: [UInt8]

    /// The value of exactly 32 bytes, else nil.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads base64url text.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard
            let bytes = Base64URL.decode(try container.decode(String.self)),
            bytes.count == Self.byteCount
        else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \(Self.byteCount) bytes of base64url")
        }
        self.bytes = bytes
    }

    /// Writes base64url text.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Base64URL.encode(bytes))
    }

    /// Shows nothing.
    package var description: String { "32 secret bytes" }
}
