import AtelierProtocol
import Foundation
import GRDB
import Provenance
import SignedObjects
import SyncKit

/// The certificate with which this device signs pictures, as of the last sync.
///
/// Owns the local value `signing_certificate`, so that pictures are signed offline.
struct SigningCertificates: Sendable {
    /// A certificate whose server and root were checked.
    struct Held {
        /// X.509, DER.
        let der: [UInt8]
        /// Compact `CommunityRoot`.
        let root: String
        /// The name that the artist wants to be known by; nil for a pseudonym.
        let publicName: String?
        /// The server's key.
        let server: VerifyingKey
    }

    let context: LibraryContext

    /// What is held; nil before the first sync, or where the library has joined another server.
    func held() throws -> Held? {
        guard let server = context.membership.server else { return nil }
        let text = try context.store.read { try LocalValue.signingCertificate.read($0) }
        return text.flatMap {
            try? CanonicalJSON.decode(SigningCertificate.self, from: Data($0.utf8))
        }.flatMap { try? checked($0, server.key) }
    }

    /// Brings the certificate up to date.
    ///
    /// - Throws: ``SigningCertificateError`` where the server cannot have given it by its rules:
    ///   the one before stays; `HTTPFailure`, `Problem`.
    func pull(over connection: ServerConnection) async throws {
        try keep(
            try await connection.get(SigningCertificate.target, as: SigningCertificate.self))
    }

    /// Sets the name in the certificates of the account's devices.
    ///
    /// - Throws: As ``pull(over:)``.
    func setName(_ name: String?, over connection: ServerConnection) async throws {
        try keep(
            try await connection.post(
                PublicNameRequest.target, PublicNameRequest(name: name),
                as: SigningCertificate.self))
    }

    private func keep(_ certificate: SigningCertificate) throws {
        guard let server = context.membership.server else { return }
        _ = try checked(certificate, server.key)
        let json = try CanonicalJSON.encoder.encode(certificate)
        let text = String(decoding: json, as: UTF8.self)
        try context.store.write { database in
            guard try LocalValue.signingCertificate.read(database) != text else { return }
            try LocalValue.signingCertificate.write(text, database)
        }
    }

    private func checked(
        _ certificate: SigningCertificate, _ server: VerifyingKey
    ) throws(SigningCertificateError) -> Held {
        guard let root = try? JWS<CommunityRoot>(verifying: certificate.root, with: server),
            let anchor = root.payload.der
        else { throw .otherRoot }
        guard let der = certificate.der, let chain = SignerCertificateChain(der: der),
            chain.publicKey == context.deviceKeys.signing.verifyingKey.bytes,
            chain.account == context.account?.description
        else { throw .otherHolder }
        guard chain.isGiven(by: [anchor], at: chain.start) else { throw .otherRoot }
        if let name = certificate.publicName, chain.name != name { throw .otherHolder }
        return Held(
            der: der, root: certificate.root, publicName: certificate.publicName, server: server)
    }
}

/// Why a certificate for signing pictures was refused; the one before stays.
enum SigningCertificateError: ServiceError {
    /// Its root is not one that the server's key signed, or did not give it.
    case otherRoot
    /// It is of another device, account or name.
    case otherHolder

    var kind: Failure.Kind { .other }
    var nextStep: NextStep? { nil }

    var description: String {
        let what =
            switch self {
            case .otherRoot: "It is not given by a root that the server's key signed."
            case .otherHolder: "It is not of this device and its account."
            }
        return "The server's certificate for signing pictures was refused, and the one before "
            + "stays. \(what) Ask the operator if this stays."
    }
}
