import AtelierProtocol
import CreditLedger
import SignedObjects

// What a restored database has lost of cases, and must not give to others.
extension CaseStore {
    /// Opens the case of a decision that a device shows and this database lost, as far as its order
    /// says: so that it can be seen, appealed against and undone.
    ///
    /// - Parameter order: One that withholds; where its case is here, nothing is done.
    func restore(_ order: Order, now: UnixTime) throws {
        guard order.kind == .withhold, let number = order.caseNumber.map(Int64.init),
            try db.row("SELECT 1 FROM moderation_case WHERE id = ?1", [number]) == nil
        else { return }
        var effect = DecisionEffect(account: order.account)
        (effect.work, effect.models) = (order.work, order.model.map { [$0] } ?? [])
        let act: CaseAct = order.work == nil ? .withholdModel : .withholdWork
        let row = SQLStatement.insert(
            into: "moderation_case",
            [
                "id": number, "kind": CaseKind.restored.rawValue, "ground": "restored \(number)",
                "opened": order.time.milliseconds, "changed": now.milliseconds,
                "state": CaseState.decided.rawValue, "act": act.rawValue,
                "decider": Self.server,
                "respondent_kind": CaseParty.Kind.account.rawValue, "respondent_id": 0,
                "respondent": order.account.blob, "respondent_work": order.work?.blob,
                "respondent_since": order.time.milliseconds,
            ])
        // PostgreSQL wants to be told that the number is given.
        try db.execute(
            SQLStatement(
                db.kind == .postgres
                    ? row.sql.replacing(") VALUES", with: ") OVERRIDING SYSTEM VALUE VALUES")
                    : row.sql, values: row.arguments))
        try insert(
            CaseEvent(number: 1, time: order.time, kind: .opened, actor: Self.server), of: number)
        var decision = CaseEvent(number: 2, time: now, kind: .decided, actor: Self.server)
        (decision.side, decision.act, decision.code) = (.respondent, act, order.reason)
        (decision.respondentText, decision.effect) = (order.text, effect)
        try insert(decision, of: number)
        try Audit.append(
            "case", actor: Self.server, account: order.account,
            reason: CaseKind.restored.rawValue, detail: "case \(number)", now: now, in: db)
    }

    /// Goes on with numbers that nobody was told: a restored database does not know which ones were
    /// given after it was saved.
    static func skipNumbers(in db: Database) throws {
        for (table, column) in [("moderation_case", "id"), ("reservation", "number")] {
            switch db.kind {
            case .sqlite:
                try db.execute(
                    """
                    INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS (
                        SELECT 1 FROM sqlite_sequence WHERE name = ?1)
                    """,
                    [table])
                try db.execute(
                    "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = ?2",
                    [Limits.skippedNumbers, table])
            case .postgres:
                let sequence = "pg_get_serial_sequence('\(table)', '\(column)')"
                _ = try db.rows(
                    "SELECT setval(\(sequence), nextval(\(sequence)) + ?1)",
                    [Limits.skippedNumbers])
            }
        }
    }
}
