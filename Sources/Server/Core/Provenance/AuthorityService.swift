package import AtelierProtocol
import Crypto
import Foundation
import Provenance
import SignedObjects

/// The server as its community's authority: it certifies the keys that devices sign pictures with.
///
/// Owns the tables `authority_root` and `certificate_revocation`. A certificate is kept nowhere: it
/// follows from the root, the device and the account's name.
public struct AuthorityService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator
    let document = RevocationDocument()

    /// Makes the first root where there is none.
    func begin() throws {
        let isThere = try database.read { db in try !AuthorityStore(db: db).roots().isEmpty }
        guard !isThere else { return }
        let root = try make(CommunityRoot.numbers.lowerBound)
        // Where another server was faster its root is the one.
        try database.write { db in _ = try AuthorityStore(db: db).add(root) }
    }

    /// Makes the next root. Certificates come from it from now on; devices fetch theirs with the
    /// next sync. The roots before stay on the list, for pictures that were signed with them.
    ///
    /// - Returns: The new root's number.
    /// - Throws: ``ServerError`` where there were as many as a server may have.
    public func rotate(reason: String, actor: String) throws -> Int {
        let number = try database.read { db in
            try AuthorityStore(db: db).roots().first?.number ?? 0
        }
        guard number < CommunityRoot.numbers.upperBound else {
            throw ServerError.invalidValue(
                name: "root", reason: "this server has had \(number), the most it may have")
        }
        let root = try make(number + 1)
        let now = clock()
        try database.write { db in
            guard try AuthorityStore(db: db).add(root) else {
                throw ServerError.invalidValue(
                    name: "root", reason: "another command has just made root \(root.number)")
            }
            try Audit.append(
                "rotate-root", actor: actor, account: nil, reason: reason,
                detail: "root \(root.number)", now: now, in: db)
        }
        return root.number
    }

    private func make(_ number: Int) throws -> CommunityRoot {
        let now = clock()
        let authority = try CommunityAuthority(
            key: try AuthorityKey.make(number, from: key),
            name: "community \(ServerFingerprint(key: publicKey))",
            from: Self.date(now) - Limits.certificateLead)
        return CommunityRoot(number: number, certificate: authority.certificate, made: now)
    }

    /// The roots, signed, the newest first.
    package func list() async throws -> CommunityRootList {
        let roots = try await database.read { db in try AuthorityStore(db: db).roots() }
        return CommunityRootList(roots: try roots.map(signed))
    }

    /// The roots in the form that other programs take for their anchors, the newest first.
    func pem() async throws -> String {
        try await database.read { db in try AuthorityStore(db: db).roots() }.map { root in
            let text = Data(root.der ?? []).base64EncodedString(options: .lineLength64Characters)
            let lines = text.replacing("\r\n", with: "\n")
            return "-----BEGIN CERTIFICATE-----\n\(lines)\n-----END CERTIFICATE-----\n"
        }.joined()
    }

    /// What the asking device signs pictures with.
    func certificate(_ incoming: IncomingRequest) async throws -> SigningCertificate {
        try await certificate(incoming) { _, _ in }
    }

    /// Sets the name in the account's certificates.
    func setName(
        _ request: PublicNameRequest, _ incoming: IncomingRequest
    ) async throws -> SigningCertificate {
        let name = request.name ?? ""
        guard request.name == nil || PublicNameRequest.isValid(name) else {
            throw ServerError.refused(
                .malformed,
                detail: "A public name has 1 to \(PublicNameRequest.nameLength) printable "
                    + "characters and no space at its ends.")
        }
        return try await certificate(incoming) { db, caller in
            try AuthorityStore(db: db).setName(name, of: caller.account)
        }
    }

    private func certificate(
        _ incoming: IncomingRequest,
        after change: @escaping @Sendable (Database, Caller) throws -> Void
    ) async throws -> SigningCertificate {
        let (caller, holder, root) = try await requests.authorized(incoming) { db, caller, _ in
            try change(db, caller)
            let store = AuthorityStore(db: db)
            guard let holder = try store.holder(caller.device, of: caller.account),
                let root = try store.roots().first
            else { throw StoredFormError(column: "root certificate") }
            return (caller, holder, root)
        }
        let authority = try AuthorityKey.authority(
            root.number, certificate: root.der ?? [], server: key)
        let device = try Curve25519.Signing.PublicKey(rawRepresentation: caller.deviceKey.bytes)
        let pseudonym = "artist \(String(caller.account.description.prefix(12)))"
        let certificate = try authority.certify(
            device, name: holder.name.isEmpty ? pseudonym : holder.name,
            account: caller.account.description,
            from: Self.date(holder.joined) - Limits.certificateLead)
        return SigningCertificate(
            certificate: certificate, root: try signed(root),
            publicName: holder.name.isEmpty ? nil : holder.name)
    }

    private func signed(_ root: CommunityRoot) throws -> String {
        try JWS(signing: root, with: key).compact
    }

    static func date(_ time: UnixTime) -> Date {
        Date(timeIntervalSince1970: Double(time.milliseconds / 1000))
    }
}
