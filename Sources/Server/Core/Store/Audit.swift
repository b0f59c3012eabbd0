import Foundation
package import SignedObjects

/// Who did what, when and why: written in the transaction that does it, never changed.
enum Audit {
    static func append(
        _ action: String, actor: String, account: AccountID?, reason: String, detail: String,
        now: UnixTime, in db: Database
    ) throws {
        try db.execute(
            """
            INSERT INTO audit (time, actor, action, account, reason, detail)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [now.milliseconds, actor, action, account?.blob, reason, detail])
    }
}

/// One line of the audit log.
package struct AuditEntry: Sendable {
    /// When.
    package let time: UnixTime
    /// Who.
    package let actor: String
    /// What.
    package let action: String
    /// To whom, where it was an account.
    package let account: AccountID?
    /// Why.
    package let reason: String
}

extension ServerCore {
    /// The audit log, oldest first.
    package func auditEntries() throws -> [AuditEntry] {
        try database.read { db in
            try db.rows(
                "SELECT * FROM audit ORDER BY id LIMIT ?1", [Limits.listedRows]
            ).map { row in
                let account: Data? = try row["account"]
                return AuditEntry(
                    time: try row.time("time"), actor: try row["actor"],
                    action: try row["action"],
                    account: account.flatMap { AccountID($0) }, reason: try row["reason"])
            }
        }
    }
}
