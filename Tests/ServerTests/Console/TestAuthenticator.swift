import AtelierServer
import Crypto
import Foundation
import SignedObjects

/// An authenticator, whose every byte a test can change.
struct TestAuthenticator {
    /// What it signs with.
    enum Key {
        case es256(P256.Signing.PrivateKey)
        case edDSA(Curve25519.Signing.PrivateKey)
    }

    var key = Key.es256(P256.Signing.PrivateKey())
    var id = Array(SigningKey().bytes)
    var userHandle: String?
    /// The page that asks, as the browser says it.
    var origin = "http://localhost"
    /// The host that the authenticator takes it for.
    var host = "localhost"
    /// A person was there, and was verified.
    var flags: UInt8 = 0x05
    var count: UInt32 = 0
    var type: String?
    var more = ""

    /// What the browser says the passkey is for.
    func clientData(_ type: String, _ challenge: String) -> [UInt8] {
        let fields =
            "{\"type\":\"\(self.type ?? type)\",\"challenge\":\"\(challenge)\","
            + "\"origin\":\"\(origin)\"\(more)}"
        return Array(fields.utf8)
    }

    /// Hash of the host, flags, counter.
    func authenticatorData(_ flags: UInt8) -> [UInt8] {
        Digest(of: host).bytes + [flags] + withUnsafeBytes(of: count.bigEndian, Array.init)
    }

    /// The public key in COSE.
    var cose: [UInt8] {
        switch key {
        case .es256(let key):
            let point = Array(key.publicKey.x963Representation)
            return [0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32] + point[1..<33]
                + [0x22, 0x58, 32] + point[33...]
        case .edDSA(let key):
            return [0xA4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32]
                + Array(key.publicKey.rawRepresentation)
        }
    }

    /// The attestation object with the passkey.
    var attestation: [UInt8] {
        let length = [UInt8(id.count >> 8), UInt8(id.count & 255)]
        var data = authenticatorData(flags | 0x40) + [UInt8](repeating: 0, count: 16)
        data += length
        data += id
        data += cose
        var object: [UInt8] = [0xA3]
        func add(_ text: String) {
            object.append(0x60 | UInt8(text.utf8.count))
            object += text.utf8
        }
        add("fmt")
        add("none")
        add("attStmt")
        object.append(0xA0)
        add("authData")
        object += [0x59, UInt8(data.count >> 8), UInt8(data.count & 255)]
        return object + data
    }

    /// Makes the passkey.
    mutating func make(_ request: PasskeyRequest) -> PasskeyAttestation {
        userHandle = request.userHandle
        return made(request)
    }

    /// What making it gives.
    func made(_ request: PasskeyRequest) -> PasskeyAttestation {
        PasskeyAttestation(
            clientData: Base64URL.encode(clientData("webauthn.create", request.challenge)),
            attestation: Base64URL.encode(attestation))
    }

    /// Signs with it.
    func sign(_ challenge: String) throws -> PasskeyAssertion {
        let client = clientData("webauthn.get", challenge)
        let data = authenticatorData(flags)
        let signed = Data(data + Digest(of: client).bytes)
        let signature: [UInt8]
        switch key {
        case .es256(let key): signature = Array(try key.signature(for: signed).derRepresentation)
        case .edDSA(let key): signature = Array(try key.signature(for: signed))
        }
        return PasskeyAssertion(
            id: Base64URL.encode(id), clientData: Base64URL.encode(client),
            authenticatorData: Base64URL.encode(data), signature: Base64URL.encode(signature),
            userHandle: userHandle)
    }
}
