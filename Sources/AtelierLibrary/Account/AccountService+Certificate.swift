public import AtelierProtocol
import Provenance
import SignedObjects

/// Who this device says made its pictures. Its JSON form is what `credentials --json` prints.
public struct SignerReport: Codable, Equatable, Sendable {
    /// The name or pseudonym in the certificate.
    public let name: String
    /// Whether the artist chose the name.
    public let isPublicName: Bool
    /// The fingerprint of the server's key, by which others check pictures.
    public let server: String
}

extension AccountService {
    /// Who this device signs pictures as; nil where no server has certified it yet.
    public func signer() throws -> SignerReport? {
        try SigningCertificates(context: context).held().flatMap { held in
            SignerCertificateChain(der: held.der).map {
                SignerReport(
                    name: $0.name, isPublicName: held.publicName != nil,
                    server: ServerFingerprint(key: held.server).description)
            }
        }
    }

    /// Sets the name that the pictures of all of the account's devices carry from now on; other
    /// devices hear of it with their next sync.
    ///
    /// - Parameter name: nil for a pseudonym.
    /// - Throws: ``PictureSigningError/badName``; `HTTPFailure`, `Problem`.
    public func setPublicName(_ name: String?) async throws {
        if let name, !PublicNameRequest.isValid(name) { throw PictureSigningError.badName }
        try await SigningCertificates(context: context).setName(name, over: try connection())
    }

    /// How a countersigned picture stands with the account's server now.
    ///
    /// - Returns: nil where it has no receipt of that server.
    /// - Throws: ``AccountError/unexpectedReply(_:)`` where the answer is not signed, is of another
    ///   picture or too old; `HTTPFailure`, `Problem`.
    public func standing(
        of picture: PictureVerdict
    ) async throws -> ReceiptStatus.Standing? {
        guard let receipt = picture.receipt, let server = context.membership.server,
            picture.serverKey == server.key
        else { return nil }
        let connection = try connection()
        let reply = try await connection.get(
            "/v1/receipts/\(receipt)/status", as: ReceiptStatusReply.self, proves: false)
        guard
            let status = try? JWS<ReceiptStatus>(verifying: reply.status, with: server.key).payload,
            status.receipt == receipt, status.until >= connection.clock.now
        else { throw AccountError.unexpectedReply("the status of the picture") }
        return status.standing
    }

    /// Brings the list of revoked certificates up to date, for judging pictures by it; nothing
    /// where the library has joined no server.
    ///
    /// - Throws: `RevocationListError` where it was refused; `HTTPFailure`, `Problem`.
    public func refreshRevocations() async throws {
        guard context.membership.server != nil else { return }
        try await KnownRevocations(context: context).pull(over: try connection())
    }

    /// Brings the list of revoked certificates up to date.
    ///
    /// - Returns: Why the server's was refused; nil where it was not.
    /// - Throws: `HTTPFailure`. A server that refuses to answer leaves it as it is.
    func followRevocations(over connection: ServerConnection) async throws -> (any Error)? {
        do {
            try await KnownRevocations(context: context).pull(over: connection)
            return nil
        } catch is Problem {
            return nil
        } catch let error as RevocationListError {
            return error
        }
    }

    /// Brings the certificate for signing pictures up to date, where it is due.
    ///
    /// - Returns: Why the server's was refused; nil where it was not.
    /// - Throws: `HTTPFailure`. A server that refuses to answer leaves it as it is.
    func followCertificate(over connection: ServerConnection) async throws -> (any Error)? {
        do {
            let root = try KnownRevocations(context: context).held()?.head.root
            try await SigningCertificates(context: context).pull(over: connection, newest: root)
            return nil
        } catch is Problem {
            return nil
        } catch let error as SigningCertificateError {
            return error
        }
    }
}
