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
        /// The root's number.
        let rootNumber: Int
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

    /// Brings the certificate up to date: asks for it where there is none, where the server has
    /// another root since, and once a day, for the name may have been set on another device.
    ///
    /// - Parameter root: The number of the root that gives certificates now; nil where that is not
    ///   known.
    /// - Throws: ``SigningCertificateError`` where the server cannot have given it by its rules:
    ///   the one before stays; `HTTPFailure`, `Problem`.
    func pull(over connection: ServerConnection, newest root: Int?) async throws {
        guard try isDue(at: connection.clock.now, newest: root) else { return }
        try keep(
            try await connection.get(SigningCertificate.target, as: SigningCertificate.self),
            at: connection.clock.now)
    }

    /// Whether the certificate has to be asked for; one that was refused is asked for again.
    private func isDue(at now: UnixTime, newest root: Int?) throws -> Bool {
        guard let held = try held() else { return true }
        if let root, root != held.rootNumber { return true }
        let asked = try context.store.read {
            try LocalValue.signingCertificateTime.readNumber(in: LocalValue.moments, $0)
        }
        guard let asked else { return true }
        // A clock that was set back asks at once.
        let age = now - UnixTime(milliseconds: asked)
        return age < .zero || age >= Limits.certificateAge
    }

    /// Sets the name in the certificates of the account's devices.
    ///
    /// - Throws: As ``pull(over:)``.
    func setName(_ name: String?, over connection: ServerConnection) async throws {
        try keep(
            try await connection.post(
                PublicNameRequest.target, PublicNameRequest(name: name),
                as: SigningCertificate.self), at: connection.clock.now)
    }

    private func keep(_ certificate: SigningCertificate, at now: UnixTime) throws {
        guard let server = context.membership.server else { return }
        _ = try checked(certificate, server.key)
        let json = try CanonicalJSON.encoder.encode(certificate)
        let text = String(decoding: json, as: UTF8.self)
        try context.store.write { database in
            try LocalValue.signingCertificateTime.write(String(now.milliseconds), database)
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
            der: der, root: certificate.root, rootNumber: root.payload.number,
            publicName: certificate.publicName, server: server)
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
