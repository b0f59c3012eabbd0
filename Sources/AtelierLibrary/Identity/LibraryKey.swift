package import AtelierProtocol
import Crypto
import Foundation
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

/// A private X25519 key, to which others seal by HPKE (RFC 9180).
package struct SealingKey: Sendable {
    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    private static let encapsulatedBytes = 32

    private let key: Curve25519.KeyAgreement.PrivateKey

    /// A new random key.
    package init() {
        key = Curve25519.KeyAgreement.PrivateKey()
    }

    /// Takes 32 bytes, else nil.
    package init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes) else {
            return nil
        }
        self.key = key
    }

    /// The 32 bytes.
    package var bytes: [UInt8] { Array(key.rawRepresentation) }

    /// The public half.
    package var agreementKey: AgreementKey {
        AgreementKey(checked: Array(key.publicKey.rawRepresentation))
    }

    /// Opens what was sealed to ``agreementKey`` with the same `info`.
    ///
    /// - Throws: `CryptoKitError` where it was not.
    package func open(_ sealed: [UInt8], info: [UInt8]) throws -> [UInt8] {
        guard sealed.count > Self.encapsulatedBytes else {
            throw CryptoKitError.incorrectParameterSize
        }
        var recipient = try HPKE.Recipient(
            privateKey: key, ciphersuite: Self.suite, info: Data(info),
            encapsulatedKey: Data(sealed.prefix(Self.encapsulatedBytes)))
        return Array(try recipient.open(Data(sealed.dropFirst(Self.encapsulatedBytes))))
    }

    /// Seals `bytes` so that only the holder of `key` can open them, and only with the same `info`.
    package static func seal(
        _ bytes: [UInt8], to key: AgreementKey, info: [UInt8]
    ) throws -> [UInt8] {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.bytes)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data(info))
        let sealed = try sender.seal(Data(bytes))
        return Array(sender.encapsulatedKey) + Array(sealed)
    }
}

extension KeyRotation {
    /// A rotation to a new library key, sealed to `members` and the recovery phrase only.
    init(
        of account: AccountID, epoch: UInt32, key: SecretBytes, members: [DeviceCertificate],
        revoked: [DeviceID], recovery: AgreementKey, issued: UnixTime
    ) throws {
        let seal = { (to: AgreementKey) in
            try LibraryKey(epoch: epoch, key: key).sealed(to: to, of: account)
        }
        self.init(
            account: account, epoch: epoch, revoked: revoked,
            boxes: try members.map {
                Box(device: $0.device, sealed: try seal($0.agreementKey))
            },
            recovery: try seal(recovery), issued: issued)
    }

    /// The new key, opened by a device; nil where it is not sealed to that device.
    func libraryKey(for keys: DeviceKeys) -> LibraryKey? {
        boxes.first { $0.device == keys.device }.flatMap {
            LibraryKey(opening: $0.sealed, epoch: epoch, of: account, with: keys.sealing)
        }
    }

    /// The new key, opened by the recovery phrase's key.
    func libraryKey(forRecovery key: SealingKey) -> LibraryKey? {
        LibraryKey(opening: recovery, epoch: epoch, of: account, with: key)
    }
}
