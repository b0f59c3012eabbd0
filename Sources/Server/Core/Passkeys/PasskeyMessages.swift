import Foundation
import Provenance
import SignedObjects

/// What a browser sends of a passkey that it has just made; byte strings as base64url.
package struct PasskeyAttestation: Codable, Sendable {
    /// The collected client data, JSON.
    let clientData: String
    /// The attestation object, CBOR.
    let attestation: String

    /// - Parameters: As the browser gives them, in base64url.
    package init(clientData: String, attestation: String) {
        (self.clientData, self.attestation) = (clientData, attestation)
    }
}

/// What a browser sends of a passkey that has signed; byte strings as base64url.
package struct PasskeyAssertion: Codable, Sendable {
    /// Names the passkey.
    let id: String
    /// The collected client data, JSON.
    let clientData: String
    /// What the authenticator says.
    let authenticatorData: String
    /// Of both.
    let signature: String
    /// Whose passkey the authenticator takes it for.
    let userHandle: String?

    /// - Parameters: As the browser gives them, in base64url.
    package init(
        id: String, clientData: String, authenticatorData: String, signature: String,
        userHandle: String?
    ) {
        (self.id, self.clientData, self.authenticatorData) = (id, clientData, authenticatorData)
        (self.signature, self.userHandle) = (signature, userHandle)
    }
}

/// What a page needs to have a passkey made.
package struct PasskeyRequest: Codable, Sendable {
    /// What is to be signed over, base64url.
    package let challenge: String
    /// The host to which the passkey is bound.
    package let site: String
    /// Names the moderator to authenticators, base64url.
    package let userHandle: String
    /// Their name.
    package let name: String
    /// The passkeys that they have, base64url: one authenticator makes one.
    package let known: [String]
    /// The algorithms, by their numbers in COSE.
    package let algorithms: [Int64]
}

/// Why a passkey was not accepted.
package enum PasskeyRefusal: String, Error, Equatable, CustomStringConvertible {
    /// What was sent cannot be read.
    case malformed
    /// It was made for something else: another page, another site in a frame.
    case otherPurpose = "other-purpose"
    /// It comes from a page of another origin.
    case otherOrigin = "other-origin"
    /// It is of a passkey for another host.
    case otherSite = "other-site"
    /// No person was there, or none was verified by a PIN, a finger or a face.
    case notVerified = "not-verified"
    /// The challenge is none of this server's, is over five minutes old, or was used.
    case challengeEnded = "challenge-ended"
    /// No moderator has this passkey.
    case unknown
    /// The signature does not hold.
    case badSignature = "bad-signature"
    /// The authenticator counts less than before: there may be a copy of it.
    case copied
    /// The key is neither ES256 nor Ed25519.
    case unsupportedKey = "unsupported-key"
    /// The passkey is known already.
    case known
    /// There can be no more passkeys of one moderator.
    case tooMany = "too-many"
    /// It is the only one: without it nobody could sign in.
    case onlyOne = "only-one"

    /// The text form.
    package var description: String {
        switch self {
        case .malformed: "What the browser sent cannot be read."
        case .otherPurpose: "The passkey signed for another page."
        case .otherOrigin: "The passkey signed for a page of another origin."
        case .otherSite: "The passkey is for another site."
        case .notVerified: "The authenticator did not verify who used it."
        case .challengeEnded: "The page is over five minutes old, or was used. Load it again."
        case .unknown: "No moderator here has this passkey."
        case .badSignature: "The passkey's signature does not hold."
        case .copied: "The authenticator counts less than before: there may be a copy of it."
        case .unsupportedKey: "The passkey's key is neither ES256 nor Ed25519."
        case .known: "The passkey is known already."
        case .tooMany: "One moderator has at most \(Limits.passkeysPerModerator) passkeys."
        case .onlyOne: "It is the only passkey. Add another before you remove it."
        }
    }
}

/// What a browser says a passkey was used for.
struct ClientData {
    /// What a passkey does.
    enum Act: String {
        /// It is made.
        case create = "webauthn.create"
        /// It signs.
        case get = "webauthn.get"
    }

    /// What was signed over.
    let challenge: [UInt8]
    /// SHA-256 of the bytes as they were sent, which is what is signed.
    let digest: Digest

    /// Reads what was sent and checks that it is for a page of this site.
    ///
    /// - Throws: ``PasskeyRefusal``.
    init(reading text: String, of act: Act, at site: PageSite) throws(PasskeyRefusal) {
        guard let bytes = Self.bytes(text),
            let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)),
            let challenge = Base64URL.decode(fields.challenge[...])
        else { throw .malformed }
        guard fields.type == act.rawValue, fields.crossOrigin != true, fields.topOrigin == nil
        else { throw .otherPurpose }
        guard fields.origin == site.origin else { throw .otherOrigin }
        (self.challenge, digest) = (challenge, Digest(of: bytes))
    }

    /// Bounded bytes in base64url; nil for others.
    static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= Limits.passkeyMessageBytes else { return nil }
        return Base64URL.decode(text[...])
    }

    private struct Fields: Decodable {
        let type: String
        let challenge: String
        let origin: String
        let crossOrigin: Bool?
        let topOrigin: String?
    }
}

extension PasskeyAttestation {
    /// The id and the bytes of the public key of the passkey that was made for a page of this site,
    /// whatever challenge it signed.
    ///
    /// - Throws: ``PasskeyRefusal``.
    package func made(at site: PageSite) throws(PasskeyRefusal) -> (id: [UInt8], key: [UInt8]) {
        let made = try verified(at: site).2
        return (made.id, made.key.bytes)
    }

    /// The passkey that was made.
    ///
    /// What certifies the authenticator's model is not asked for, and ignored where it is sent.
    func verified(at site: PageSite) throws(PasskeyRefusal) -> (
        ClientData, AuthenticatorData, AuthenticatorData.Made
    ) {
        let client = try ClientData(reading: clientData, of: .create, at: site)
        guard let bytes = ClientData.bytes(attestation),
            let object = try? CBORValue(reading: bytes[...]),
            object.values("fmt") == [.text("none")], object.values("attStmt") == [.map([])],
            case .bytes(let data)? = object.values("authData").first,
            object.values("authData").count == 1
        else { throw .malformed }
        let authenticator = try AuthenticatorData(reading: data, for: site)
        guard let made = authenticator.made else { throw .malformed }
        return (client, authenticator, made)
    }
}

extension PasskeyAssertion {
    /// What was signed, by a passkey with that key.
    func verified(
        by key: PasskeyKey, at site: PageSite
    ) throws(PasskeyRefusal) -> (ClientData, AuthenticatorData) {
        let client = try ClientData(reading: clientData, of: .get, at: site)
        guard let data = ClientData.bytes(authenticatorData),
            let signature = ClientData.bytes(signature)
        else { throw .malformed }
        let authenticator = try AuthenticatorData(reading: data, for: site)
        guard authenticator.made == nil else { throw .malformed }
        guard key.verifies(signature, of: data + client.digest.bytes) else { throw .badSignature }
        return (client, authenticator)
    }
}
