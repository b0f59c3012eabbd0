import Crypto
import Foundation
import Provenance
import SignedObjects

/// The private keys of the community's authority.
///
/// They follow from the server's key: whoever keeps, copies or restores that file has them, and
/// servers that share a database share them.
enum AuthorityKey {
    /// The key of a root.
    ///
    /// - Parameters:
    ///   - number: The root's number.
    ///   - server: The server's key.
    static func make(
        _ number: Int, from server: SigningKey
    ) throws -> Curve25519.Signing.PrivateKey {
        let secret = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: server.bytes),
            salt: Data("atelier provenance root".utf8), info: Data("root \(number)".utf8),
            outputByteCount: 32)
        return try secret.withUnsafeBytes {
            try Curve25519.Signing.PrivateKey(rawRepresentation: $0)
        }
    }

    /// The authority of a stored root.
    ///
    /// - Throws: `CredentialError` where the certificate is not of the server's key.
    static func authority(
        _ number: Int, certificate: [UInt8], server: SigningKey
    ) throws -> CommunityAuthority {
        try CommunityAuthority(
            key: try make(number, from: server), certificate: certificate)
    }
}
