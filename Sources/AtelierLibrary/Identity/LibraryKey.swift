import AtelierProtocol
import SignedObjects

/// A key that the library's changes are sealed with.
package struct LibraryKey: Codable, Equatable, Sendable {
    /// The number of the key, from 1; each rotation adds one.
    package var epoch: UInt32
    /// The key itself.
    package var key: SecretBytes

    /// A key of an epoch, at least 1.
    package init(epoch: UInt32, key: SecretBytes) {
        self.epoch = epoch
        self.key = key
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `DecodingError` where the epoch is out of range.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epoch = try container.decode(.epoch, in: ProtocolLimits.keyEpochs)
        key = try container.decode(SecretBytes.self, forKey: .key)
    }
}

extension LibraryKey {
    /// The key, sealed to the holder of the private half of `agreementKey`: base64url.
    func sealed(to agreementKey: AgreementKey, of account: AccountID) throws -> String {
        Base64URL.encode(
            try SealingKey.seal(key.bytes, to: agreementKey, info: Self.info(account, epoch)))
    }

    /// Opens ``sealed(to:of:)``, else nil.
    init?(opening sealed: String, epoch: UInt32, of account: AccountID, with key: SealingKey) {
        let opened = Base64URL.decode(sealed).flatMap {
            try? key.open($0, info: Self.info(account, epoch))
        }
        guard let bytes = opened.flatMap(SecretBytes.init) else { return nil }
        self.init(epoch: epoch, key: bytes)
    }

    private static func info(_ account: AccountID, _ epoch: UInt32) -> [UInt8] {
        Array("atelier library key v1 \(epoch) ".utf8) + account.bytes
    }
}

/// 32 secret bytes that their text form does not show. JSON form: base64url.
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

    /// 32 new random bytes.
    ///
    /// - Parameter random: Returns that many random bytes.
    package init(random: (Int) -> [UInt8]) {
        bytes = random(Self.byteCount)
        precondition(bytes.count == Self.byteCount, "another number of random bytes was given")
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

    /// Does not show the bytes.
    package var description: String { "32 secret bytes" }
}
