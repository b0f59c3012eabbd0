package import AtelierProtocol
import Foundation
package import SignedObjects

/// The two key pairs of this device: one signs; to the other, provisionings and library keys are
/// sealed.
package struct DeviceKeys: Sendable {
    /// Signs requests, spends and rights statements (Ed25519).
    package let signing: SigningKey
    /// Opens what was sealed to this device (X25519).
    package let sealing: SealingKey

    /// New random keys.
    package init() {
        signing = SigningKey()
        sealing = SealingKey()
    }

    /// Reads what ``stored`` wrote, else nil.
    package init?(stored text: String) {
        guard
            let stored = try? CanonicalJSON.decoder.decode(Stored.self, from: Data(text.utf8)),
            let signing = Base64URL.decode(stored.signing).flatMap(SigningKey.init(bytes:)),
            let sealing = Base64URL.decode(stored.agreement).flatMap(SealingKey.init(bytes:))
        else { return nil }
        self.signing = signing
        self.sealing = sealing
    }

    /// The private keys as JSON, for a file of mode 0600.
    package func stored() throws -> String {
        let stored = Stored(
            signing: Base64URL.encode(signing.bytes), agreement: Base64URL.encode(sealing.bytes))
        return String(decoding: try CanonicalJSON.encoder.encode(stored), as: UTF8.self)
    }

    /// The device's id, a digest of its signing key.
    package var device: DeviceID { DeviceID(key: signing.verifyingKey) }

    /// The public half of ``sealing``.
    package var agreementKey: AgreementKey { sealing.agreementKey }

    private struct Stored: Codable {
        var signing: String
        var agreement: String
    }
}
