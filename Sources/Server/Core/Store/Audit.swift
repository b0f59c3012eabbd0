import GRDB
import SignedObjects

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
