import AtelierProtocol
import Foundation
import SignedObjects

/// The chain over the audit log: `audit_head` holds how many rows there are, the last one's link,
/// and both signed with the server's key.
///
/// Rows from before the chain have no link; the first one that has takes them all in.
struct AuditChain {
    let db: Database

    /// Writes acts at the end of the log; others wait until this transaction ends.
    ///
    /// The new end is signed only where the old one was: who changed the log by the database's own
    /// rights does not get a signature for it by the next act.
    ///
    /// - Parameter isAccepted: Whether the operator accepts the log as it is.
    func append(
        _ acts: [AuditContent], isAccepted: Bool, signer: AuditSigner
    ) throws {
        guard let last = acts.last else { return }
        let row = try db.row(
            """
            UPDATE audit_head SET number = number + ?1 WHERE name = 'audit'
            RETURNING number, hash, document
            """,
            [acts.count])
        guard let row else { throw StoredFormError(column: "audit_head") }
        let count: Int64 = try row["number"]
        var serial = count - Int64(acts.count)
        var link: Digest = try row.isNull("hash") ? try walk().last : try row.fixed("hash")
        let isSigned =
            try isAccepted || serial == 0
            || signer.isSigned(row["document"], serial: serial, link: link)
        for act in acts {
            serial += 1
            let salt = signer.salt()
            link = AuditHead.link(serial: serial, after: link, content: try act.digest(salt: salt))
            try insert(act, serial: serial, salt: salt, link: link)
        }
        try db.execute("UPDATE audit_head SET hash = ?1 WHERE name = 'audit'", [link.blob])
        guard isSigned else { return }
        let head = AuditHead(
            serial: serial, hash: link, epoch: try EpochCheckpoint.Reading(of: db).epoch,
            time: last.time)
        try save(signer.sign(head))
    }

    /// Signs the head of a log that is still empty.
    func begin(now: UnixTime, signer: AuditSigner) throws {
        guard try head().count == 0, try document() == nil else { return }
        let head = AuditHead(
            serial: 0, hash: .zero, epoch: try EpochCheckpoint.Reading(of: db).epoch, time: now)
        try save(signer.sign(head))
    }

    /// The signed head as it was stored; nil where none was signed yet.
    func document() throws -> String? {
        try db.answers(to: [Self.statement]).first?.rows.first?["document"]
    }

    /// The statement that finds the signed head.
    static let statement = SQLStatement("SELECT document FROM audit_head WHERE name = 'audit'")

    /// Digests of the contents of the rows after a serial, at most
    /// ``ProtocolLimits/auditEntries``.
    func page(after serial: Int64) throws -> AuditPage {
        let rows = try db.rows(
            "SELECT * FROM audit WHERE serial > ?1 ORDER BY serial LIMIT ?2",
            [serial, ProtocolLimits.auditEntries])
        return AuditPage(contents: try rows.map(AuditContent.digest))
    }

    private func save(_ document: String) throws {
        try db.execute("UPDATE audit_head SET document = ?1 WHERE name = 'audit'", [document])
    }

    private func insert(
        _ act: AuditContent, serial: Int64, salt: [UInt8], link: Digest
    ) throws {
        try db.execute(
            .insert(
                into: "audit",
                [
                    "time": act.time.milliseconds, "actor": act.actor, "action": act.action,
                    "account": act.account?.blob, "reason": act.reason, "detail": act.detail,
                    "hash": link.blob, "salt": Data(salt), "serial": serial,
                ]))
    }

    /// What a walk over the log found.
    struct Walk {
        /// How many rows hold together, from the first.
        var count: Int64 = 0
        /// The last one's link.
        var last = Digest.zero
        /// The first row that does not, if any.
        var broken: Int64?
        /// Whether one of the links is the one that was looked for.
        var isFound = false
        fileprivate var hasLinks = false
    }

    /// Goes over the log from its beginning to the first row that does not hold.
    func walk(lookingFor known: Digest? = nil) throws -> Walk {
        var walk = Walk()
        walk.isFound = known == .zero
        var after: Int64 = 0
        while true {
            let rows = try db.rows(
                "SELECT * FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2", [after, Limits.auditPage])
            for row in rows {
                after = try row["id"]
                guard try take(row, &walk) else {
                    walk.broken = after
                    return walk
                }
                if walk.last == known { walk.isFound = true }
            }
            if rows.count < Limits.auditPage { return walk }
        }
    }

    /// How many rows there should be, and the last one's link; nil where no row has one yet.
    func head() throws -> (count: Int64, last: Digest?) {
        let row = try db.row("SELECT number, hash FROM audit_head WHERE name = 'audit'")
        guard let row else { throw StoredFormError(column: "audit_head") }
        return (try row["number"], try row.isNull("hash") ? nil : try row.fixed("hash"))
    }

    private func take(_ row: Row, _ walk: inout Walk) throws -> Bool {
        let serial = walk.count + 1
        let link = AuditHead.link(
            serial: serial, after: walk.last, content: try AuditContent.digest(of: row))
        let stored: Data? = try row["hash"]
        if let stored {
            guard stored == link.blob, try row["serial"] == serial else { return false }
            walk.hasLinks = true
        } else if walk.hasLinks {
            return false
        }
        walk.count = serial
        walk.last = link
        return true
    }
}

/// Who did what, when and why: written in the transaction that does it, never changed.
///
/// Every row holds a link over itself and the row before, so that a change shows, see
/// ``AuditChain``; the last link is signed with the server's key, see ``AuditedStore``.
enum Audit {
    /// Notes an act; it is written at the end of the transaction.
    static func append(
        _ action: String, actor: String, account: AccountID?, reason: String, detail: String,
        now: UnixTime, in db: Database
    ) throws {
        db.acts.append(
            AuditContent(
                time: now, actor: actor, action: action, account: account, reason: reason,
                detail: detail))
    }
}

/// What a row of the audit log says.
struct AuditContent: Encodable, Sendable {
    let time: UnixTime
    let actor: String
    let action: String
    let account: AccountID?
    let reason: String
    let detail: String

    /// Identifies the content and reveals nothing of it: without the salt guesses cannot be
    /// checked.
    func digest(salt: [UInt8]) throws -> Digest {
        Digest(of: salt + Array(try CanonicalJSON.encoder.encode(self)))
    }
}

extension AuditContent {
    init(_ row: Row) throws {
        let account: Data? = try row["account"]
        self.init(
            time: try row.time("time"), actor: try row["actor"], action: try row["action"],
            account: account.flatMap { AccountID($0) }, reason: try row["reason"],
            detail: try row["detail"])
    }

    /// The digest of the content of a row, with the row's own salt.
    static func digest(of row: Row) throws -> Digest {
        let salt: Data? = try row["salt"]
        return try AuditContent(row).digest(salt: Array(salt ?? Data()))
    }
}
