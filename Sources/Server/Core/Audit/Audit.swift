import Foundation
import SignedObjects

/// Who did what, when and why: written in the transaction that does it, never changed.
///
/// Every row holds a digest of itself and of the row before, so that a change shows: see
/// ``AuditChain``.
enum Audit {
    static func append(
        _ action: String, actor: String, account: AccountID?, reason: String, detail: String,
        now: UnixTime, in db: Database
    ) throws {
        let chain = AuditChain(db: db)
        let link = try chain.next(
            AuditContent(
                time: now, actor: actor, action: action, account: account, reason: reason,
                detail: detail))
        try db.execute(
            """
            INSERT INTO audit (time, actor, action, account, reason, detail, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """,
            [now.milliseconds, actor, action, account?.blob, reason, detail, link.blob])
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

    /// The row's link in the chain, as the `number`th one after `previous`.
    func link(number: Int64, after previous: Digest) throws -> Digest {
        let linked = Linked(content: self, number: number, previous: previous)
        return Digest(of: try CanonicalJSON.encoder.encode(linked))
    }

    private struct Linked: Encodable {
        let content: AuditContent
        let number: Int64
        let previous: Digest
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
}
