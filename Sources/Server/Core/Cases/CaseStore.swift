import CreditLedger
import SignedObjects

/// The cases of one account: what somebody should look at.
struct CaseStore {
    let account: AccountID
    let db: Database

    /// Opens a case, unless one of the kind is open already.
    func open(_ kind: CaseKind, now: UnixTime) throws {
        let known = try db.row(
            "SELECT id FROM moderation_case WHERE account = ?1 AND kind = ?2 AND closed IS NULL",
            [account.blob, kind.rawValue])
        guard known == nil else { return }
        try db.execute(
            "INSERT INTO moderation_case (account, kind, opened) VALUES (?1, ?2, ?3)",
            [account.blob, kind.rawValue, now.milliseconds])
        try Audit.append(
            "case", actor: "server", account: account, reason: kind.rawValue, detail: "", now: now,
            in: db)
    }
}
