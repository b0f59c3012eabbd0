import AtelierProtocol
import Foundation
import SignedObjects

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

    /// Names the content without telling it: without the salt nobody can try what it may be.
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
