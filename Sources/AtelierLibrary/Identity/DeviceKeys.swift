package import AtelierProtocol
import Crypto
import Foundation
package import SignedObjects

/// The two keys of this device: one signs, one is what welcomes are sealed to.
package struct DeviceKeys: Sendable {
    /// Signs requests, spends and rights statements.
    package let signing: SigningKey
    private let agreement: Curve25519.KeyAgreement.PrivateKey

    /// New random keys.
    package init() {
        signing = SigningKey()
        agreement = Curve25519.KeyAgreement.PrivateKey()
    }

    /// Reads what ``stored`` wrote, else nil.
    package init?(stored text: String) {
        guard
            let stored = try? CanonicalJSON.decoder.decode(Stored.self, from: Data(text.utf8)),
            let signing = Base64URL.decode(stored.signing).flatMap(SigningKey.init(bytes:)),
            let bytes = Base64URL.decode(stored.agreement),
            let agreement = try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
        else { return nil }
        self.signing = signing
        self.agreement = agreement
    }

    /// The private keys as JSON, for a file of mode 0600.
    package func stored() throws -> String {
        let stored = Stored(
            signing: Base64URL.encode(signing.bytes),
            agreement: Base64URL.encode(agreement.rawRepresentation))
        return String(decoding: try CanonicalJSON.encoder.encode(stored), as: UTF8.self)
    }

    /// The device.
    package var device: DeviceID { DeviceID(key: signing.verifyingKey) }

    /// The public half of the second key.
    package var agreementKey: AgreementKey {
        AgreementKey(checked: Array(agreement.publicKey.rawRepresentation))
    }

    /// Opens what was sealed to ``agreementKey`` under the same `info`.
    package func open(_ sealed: [UInt8], info: [UInt8]) throws -> [UInt8] {
        guard sealed.count > Self.encapsulatedBytes else {
            throw CryptoKitError.incorrectParameterSize
        }
        var recipient = try HPKE.Recipient(
            privateKey: agreement, ciphersuite: Self.suite, info: Data(info),
            encapsulatedKey: Data(sealed.prefix(Self.encapsulatedBytes)))
        return Array(try recipient.open(Data(sealed.dropFirst(Self.encapsulatedBytes))))
    }

    /// Seals `bytes` so that only the holder of `key` can open them, and only under this `info`.
    package static func seal(
        _ bytes: [UInt8], to key: AgreementKey, info: [UInt8]
    ) throws -> [UInt8] {
        let key = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.bytes)
        var sender = try HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data(info))
        let sealed = try sender.seal(Data(bytes))
        return Array(sender.encapsulatedKey) + Array(sealed)
    }

    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    private static let encapsulatedBytes = 32

    private struct Stored: Codable {
        var signing: String
        var agreement: String
    }
}
