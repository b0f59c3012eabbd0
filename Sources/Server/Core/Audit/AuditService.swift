import AtelierProtocol
public import SignedObjects

/// One line of the audit log.
public struct AuditEntry: Codable, Sendable {
    /// Its row number; rises, may have gaps.
    public let id: Int64
    /// When.
    public let time: UnixTime
    /// Who.
    public let actor: String
    /// What.
    public let action: String
    /// To whom, where it was an account.
    public let account: AccountID?
    /// Why.
    public let reason: String
    /// Details.
    public let detail: String
}

/// Whether the audit log is as it was written.
public struct AuditVerdict: Codable, Sendable, Equatable {
    /// How many rows hold together, from the first.
    public let rows: Int64
    /// The last of these rows' link: note it elsewhere, and a log that was written anew shows.
    public let head: Digest
    /// The first row that was changed or inserted, or before which one was deleted; nil where none
    /// was.
    public let brokenAt: Int64?
    /// Whether rows at the end are missing.
    public let isCutShort: Bool
    /// Whether the link that was noted before is in the chain; nil where none was named.
    public let holdsNoted: Bool?
    /// Whether the server's key signed the end of these rows: without that key nobody can write
    /// the log anew.
    public let isSigned: Bool

    /// Whether nothing is wrong.
    public var holds: Bool { brokenAt == nil && !isCutShort && holdsNoted != false && isSigned }
}

/// The audit log, as operators and devices read it.
public struct AuditService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator

    /// The last lines of the audit log, oldest first.
    ///
    /// - Parameter account: Only what was done to it; nil: everything.
    public func entries(
        of account: AccountID? = nil, last count: Int = 10_000
    ) throws -> [AuditEntry] {
        try database.read { db in
            try db.rows(
                """
                SELECT * FROM audit WHERE (account = ?1 OR ?1 IS NULL) ORDER BY id DESC LIMIT ?2
                """,
                [account?.blob, min(count, Limits.listedRows)]
            ).reversed().map(AuditEntry.init)
        }
    }

    /// Goes over the whole audit log.
    ///
    /// - Parameter noted: A link that was noted before, which must be in the chain.
    public func verify(noted: Digest? = nil) throws -> AuditVerdict {
        let key = publicKey
        return try database.read { db in try AuditChain(db: db).verdict(noted: noted, key: key) }
    }

    /// The link that `text` names: its digits, or a head of the log that this server signed.
    ///
    /// - Throws: ``ServerError`` where it is neither.
    public func link(_ text: String) throws -> Digest {
        if let link = Digest(hex: text.lowercased()) { return link }
        guard let head = try? JWS<AuditHead>(verifying: text, with: publicKey) else {
            throw ServerError.invalidValue(
                name: "--noted", reason: "is neither 64 digits nor a head that this server signed")
        }
        return head.payload.hash
    }

    /// Accepts an audit log whose head is not signed, as the operator has looked into it: notes
    /// that, and signs the log from here on.
    public func accept(reason: String, actor: String) throws {
        try ModerationService.checkReason(reason)
        let now = clock()
        try database.write { db in
            db.isAuditAccepted = true
            try Audit.append(
                "audit accepted", actor: actor, account: nil, reason: reason, detail: "", now: now,
                in: db)
        }
    }

    /// The digests of the entries after a serial, for a device of an account.
    func page(after serial: Int64, _ incoming: IncomingRequest) async throws -> AuditPage {
        try await requests.authorized(incoming) { db, _, _ in
            try AuditChain(db: db).page(after: serial)
        }
    }

    /// Signs the head of a new server's log.
    func begin() throws {
        let signer = environment.auditSigner
        let now = clock()
        let isNew = try database.read { db in try AuditChain(db: db).document() == nil }
        guard isNew else { return }
        try database.write { db in try AuditChain(db: db).begin(now: now, signer: signer) }
    }
}

extension AuditChain {
    /// Whether the whole log is what was written.
    ///
    /// - Parameters:
    ///   - noted: A link that was noted before, which must be in the chain.
    ///   - key: The server's.
    func verdict(noted: Digest? = nil, key: VerifyingKey) throws -> AuditVerdict {
        let walk = try walk(lookingFor: noted)
        let head = try head()
        let isWhole =
            walk.broken != nil
            || walk.count == head.count && walk.last == head.last ?? walk.last
        return AuditVerdict(
            rows: walk.count, head: walk.last, brokenAt: walk.broken, isCutShort: !isWhole,
            holdsNoted: noted == nil ? nil : walk.isFound,
            isSigned: AuditSigner.isSigned(
                try document(), serial: walk.count, link: walk.last, key: key))
    }
}
