package import AtelierProtocol
import Crypto
import Foundation

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
