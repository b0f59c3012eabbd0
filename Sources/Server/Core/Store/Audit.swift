import Foundation
import GRDB
package import SignedObjects

/// Who did what, when and why: written in the transaction that does it, never changed.
enum Audit {
    static func append(
        _ action: String, actor: String, account: AccountID?, reason: String, detail: String,
        now: UnixTime, in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO audit (time, actor, action, account, reason, detail)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
            arguments: [now.milliseconds, actor, action, account?.blob, reason, detail])
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
            try Row.fetchAll(
                db, sql: "SELECT * FROM audit ORDER BY id LIMIT $1", arguments: [Limits.listedRows]
            ).map { row in
                let account: Data? = row["account"]
                return AuditEntry(
                    time: row.time("time"), actor: row["actor"], action: row["action"],
                    account: account.flatMap { AccountID($0) }, reason: row["reason"])
            }
        }
    }
}
