import AtelierProtocol
import CreditLedger
import SignedObjects

/// Words to the accounts of a case, on their way to become signed orders.
///
/// Whoever opens or changes a case need not hold the ledgers of both accounts: a letter waits in a
/// table until the account's own ledger is changed, at its next contact at the latest.
struct LetterStore {
    let db: Database

    /// What a letter tells of a case.
    enum Kind: String {
        case opened
        case letter
        case decision

        fileprivate var order: ServerLedger.Letter {
            switch self {
            case .opened: .caseOpened
            case .letter: .caseLetter
            case .decision: .caseDecision
            }
        }
    }

    /// Adds a letter.
    func add(
        _ kind: Kind, case id: Int64, code: String, text: String, to account: AccountID,
        now: UnixTime
    ) throws {
        try db.execute(
            .insert(
                into: "case_letter",
                [
                    "account": account.blob, "case_id": id, "kind": kind.rawValue, "code": code,
                    "words": text, "time": now.milliseconds,
                ]))
    }

    /// The statement that finds the letters which wait for an account.
    static func statement(_ account: AccountID) -> SQLStatement {
        SQLStatement(
            """
            SELECT id, case_id, kind, code, words FROM case_letter
            WHERE account = ?1 AND serial IS NULL ORDER BY id LIMIT ?2
            """,
            [account.blob, Limits.lettersPerContact])
    }

    /// Makes letters the next orders of an account's ledger, as far as they have room: those that
    /// have none wait, and nothing else waits for them.
    ///
    /// - Parameter rows: What ``statement(_:)`` gave in the transaction that changes the ledger.
    func deliver(
        _ rows: [Row], to ledger: inout ServerLedger, now: UnixTime, signer: LedgerSigner
    ) throws {
        guard !rows.isEmpty else { return }
        let inLedger =
            LedgerLimits.ordersPerAccount - Limits.ordersWithoutLetters - ledger.standing.serial
        let today = Limits.lettersPerDay - (try deliveredCount(ledger.account, now: now))
        for row in rows.prefix(max(0, min(inLedger, today))) {
            let kind: Kind = try row.choice("kind")
            let order = try ledger.tell(
                kind.order, caseNumber: try row["case_id"], reason: try row["code"],
                text: try row["words"], now: now, signer: signer)
            try db.execute(
                "UPDATE case_letter SET serial = ?1, delivered = ?2 WHERE id = ?3",
                [order.payload.serial, now.milliseconds, try row["id"] as Int64])
        }
    }

    /// How many letters of an account became orders within a day.
    private func deliveredCount(_ account: AccountID, now: UnixTime) throws -> Int {
        try db.value(
            """
            SELECT COUNT(*) FROM (
                SELECT 1 FROM case_letter WHERE account = ?1 AND delivered > ?2 LIMIT ?3) AS sent
            """,
            [account.blob, now.milliseconds - Limits.day, Limits.lettersPerDay]) ?? 0
    }
}

/// What the accounts of a case are told, word for word; claimants without an account read the same
/// on their page.
enum CaseWording {
    /// That a case was opened.
    static func opened(_ record: CaseRecord, to side: CaseSide) -> String {
        let how = how(record.id)
        switch (record.kind, side) {
        case (.doubleSpend, _):
            return "A device has used one credit for two pictures; the second gets no receipt. A "
                + "restored backup or a copied folder does that too. Nothing is decided. \(how)"
        case (.journalFork, _):
            return "A device's journal went on twice, as after a restored backup or a copied "
                + "folder. Both pictures count. Nothing is decided. \(how)"
        case (.match, .respondent):
            return "A work that you registered is near one that somebody else registered or "
                + "reserved. Who was first is evidence, and no proof of authorship. Nothing is "
                + "decided, and your pictures get their receipts. \(how)"
        case (.match, .claimant):
            return "Somebody else has registered a work that is near one that you registered or "
                + "reserved. A moderator looks at it. \(how)"
        case (.claim, .respondent):
            return "Somebody says that a work that you registered is theirs. Nothing is decided, "
                + "and your pictures get their receipts. \(how)"
        case (.claim, .claimant):
            return "Your claim is a case now. A moderator looks at it."
        case (.restored, _):
            return
                "The server was restored from a backup and lost this case; your device has shown "
                + "its decision, which stays in force. \(how)"
        case (.contest, .respondent):
            return "Somebody says that your reservation \(record.reservation ?? 0) is wrong. It "
                + "stays in force until that is decided. \(how)"
        case (.contest, .claimant):
            return "You contested reservation \(record.reservation ?? 0). A moderator looks at "
                + "it. \(how)"
        }
    }

    /// That the other side did something.
    static func news(_ kind: CaseEvent.Kind, _ record: CaseRecord) -> String {
        let what =
            switch kind {
            case .appealed:
                "The other side has appealed against the decision. Another moderator looks at it."
            case .withdrawn: "The other side has withdrawn what it had asked for."
            default: "The other side has written."
            }
        return "\(what) Read it: atelier cases show \(record.id)"
    }

    /// How to appeal, added to a decision.
    static func appeal(_ record: CaseRecord, until: UnixTime) -> String {
        "You can appeal until \(until.toTheMinute); another moderator decides it: atelier appeal "
            + "\(record.id) TEXT"
    }

    private static func how(_ id: Int64) -> String {
        "Read it: atelier cases show \(id) · answer: atelier cases answer \(id) TEXT"
    }
}
