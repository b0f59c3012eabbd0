public import SignedObjects

/// One line of the audit log.
public struct AuditEntry: Codable, Sendable {
    /// Its place; rises, may leave gaps.
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
    /// What else was said.
    public let detail: String
}

/// Whether the audit log is as it was written.
public struct AuditVerdict: Codable, Sendable, Equatable {
    /// How many rows hold together, from the first.
    public let rows: Int64
    /// The last of these rows' link: note it elsewhere, and a log that was written anew shows.
    public let head: Digest
    /// The first row that was changed, taken out before or put in; nil where none was.
    public let brokenAt: Int64?
    /// Whether rows at the end are missing.
    public let isCutShort: Bool
    /// Whether the link that was noted before is in the chain; nil where none was named.
    public let holdsNoted: Bool?

    /// Whether nothing is wrong.
    public var holds: Bool { brokenAt == nil && !isCutShort && holdsNoted != false }
}

extension ServerCore {
    /// The last lines of the audit log, oldest first.
    ///
    /// - Parameter account: Only what was done to it; nil: everything.
    public func auditEntries(
        of account: AccountID? = nil, last count: Int = 10_000
    ) throws -> [AuditEntry] {
        try database.read { db in
            try db.rows(
                """
                SELECT * FROM audit WHERE (account = ?1 OR ?1 IS NULL) ORDER BY id DESC LIMIT ?2
                """,
                [account?.blob, min(count, Limits.listedRows)]
            ).reversed().map { row in
                let content = try AuditContent(row)
                return AuditEntry(
                    id: try row["id"], time: content.time, actor: content.actor,
                    action: content.action, account: content.account, reason: content.reason,
                    detail: content.detail)
            }
        }
    }

    /// Goes over the whole audit log.
    ///
    /// - Parameter noted: A link that was noted before, which must be in the chain.
    public func verifyAudit(noted: Digest? = nil) throws -> AuditVerdict {
        try database.read { db in try AuditChain(db: db).verdict(noted: noted) }
    }
}

extension AuditChain {
    /// Whether the whole log is what was written.
    ///
    /// - Parameter noted: A link that was noted before, which must be in the chain.
    func verdict(noted: Digest? = nil) throws -> AuditVerdict {
        let walk = try walk(lookingFor: noted)
        let head = try head()
        let isWhole =
            walk.broken != nil
            || walk.count == head.count && walk.last == head.last ?? walk.last
        return AuditVerdict(
            rows: walk.count, head: walk.last, brokenAt: walk.broken, isCutShort: !isWhole,
            holdsNoted: noted == nil ? nil : walk.isFound)
    }
}
