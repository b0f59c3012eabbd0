import CreditLedger
package import SignedObjects

/// What gets no receipts, and whose it is.
package enum WithheldThing: Sendable, Hashable {
    /// Every model of the account that learned from the work with this file.
    case work(Digest, AccountID)
    /// The account's model with this file.
    case model(Digest, AccountID)

    var account: AccountID {
        switch self {
        case .work(_, let account), .model(_, let account): account
        }
    }

    func withholding(case number: Int64) -> Withholding {
        switch self {
        case .work(let digest, _): Withholding(.work(digest), caseNumber: Int(number))
        case .model(let digest, _): Withholding(.model(digest), caseNumber: Int(number))
        }
    }
}

/// What is withheld: rows that follow the orders of ``LedgerService``, as a restored server learns
/// of them from devices.
package struct WithholdingStore {
    /// What withholding something touches.
    package struct Effect: Sendable, Hashable {
        /// The registered models that get no receipts, in order.
        package let models: [Digest]
        /// Receipts so far whose public status it changes.
        package let receipts: Int
        /// Spends that wait for a receipt of these models.
        package let heldSpends: Int
    }

    let db: Database

    /// What withholding something would touch, or touches; changes nothing.
    func effect(of thing: WithheldThing) throws -> Effect {
        let account = thing.account.blob
        let models: [Digest]
        switch thing {
        case .model(let model, _): models = [model]
        case .work(let work, _):
            models = try db.rows(
                """
                SELECT model FROM model_registration_work WHERE account = ?1 AND work = ?2
                ORDER BY model LIMIT ?3
                """,
                [account, work.blob, Limits.registeredModels]
            ).map { try $0.fixed("model") }
        }
        let counts = try db.answers(
            to: models.flatMap { model in
                [
                    SQLStatement(
                        """
                        SELECT COUNT(*) AS count FROM ledger_receipt
                        WHERE account = ?1 AND model = ?2
                        """,
                        [account, model.blob]),
                    SQLStatement(
                        """
                        SELECT COUNT(*) AS count FROM ledger_lease
                        WHERE account = ?1 AND phase = 1 AND model = ?2 AND outcome = 'held'
                        """,
                        [account, model.blob]),
                ]
            }
        ).map { try $0.rows.first?["count"] ?? 0 }
        return Effect(
            models: models,
            receipts: stride(from: 0, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] },
            heldSpends: stride(from: 1, to: counts.count, by: 2).reduce(0) { $0 + counts[$1] })
    }

    /// Notes what an order withholds or releases.
    func note(_ order: Order) throws {
        guard let withholding = order.withholding else { return }
        let (subject, digest) = Self.key(of: withholding)
        let key: [any SQLConvertible] = [
            order.account.blob, subject, digest.blob, withholding.caseNumber,
        ]
        guard order.kind == .withhold else {
            return try db.post(
                """
                DELETE FROM withholding WHERE account = ?1 AND subject = ?2 AND digest = ?3
                    AND case_number = ?4
                """,
                key)
        }
        try db.post(
            """
            INSERT INTO withholding (account, subject, digest, case_number, since)
            VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (account, subject, digest, case_number) DO NOTHING
            """,
            key + [order.time.milliseconds])
    }

    /// Those of `named` that are in force for an account.
    func inForce(
        of named: Set<Withholding>, _ account: AccountID
    ) throws -> Set<Withholding> {
        try named.filter { withholding in
            let (subject, digest) = Self.key(of: withholding)
            return try db.row(
                """
                SELECT 1 FROM withholding WHERE account = ?1 AND subject = ?2 AND digest = ?3
                    AND case_number = ?4
                """,
                [account.blob, subject, digest.blob, withholding.caseNumber]) != nil
        }
    }

    /// The statement that finds what withholds a model of the account.
    static func statement(of model: Digest, _ account: AccountID) -> SQLStatement {
        SQLStatement(
            """
            SELECT h.subject, h.digest, h.case_number FROM withholding AS h
            WHERE h.account = ?1 AND (h.subject = 'model' AND h.digest = ?2
                OR h.subject = 'work' AND EXISTS (
                    SELECT 1 FROM model_registration_work AS w
                    WHERE w.account = ?1 AND w.model = ?2 AND w.work = h.digest))
            """,
            [account.blob, model.blob])
    }

    static func withholding(_ row: Row) throws -> Withholding {
        let digest: Digest = try row.fixed("digest")
        let subject: String = try row["subject"]
        return Withholding(
            subject == "model" ? .model(digest) : .work(digest),
            caseNumber: try row["case_number"])
    }

    private static func key(of withholding: Withholding) -> (subject: String, digest: Digest) {
        switch withholding.subject {
        case .model(let digest): ("model", digest)
        case .work(let digest): ("work", digest)
        }
    }
}

extension LedgerService {
    /// Withholds something, by an order that the account's devices get: from now on no receipts.
    ///
    /// - Parameters:
    ///   - number: The case in which that was decided.
    ///   - reason: Stable reason code.
    ///   - text: Words to the person.
    /// - Throws: ``LedgerError``.
    func withhold(
        _ thing: WithheldThing, case number: Int64, reason: String = "case-decision",
        text: String = "", now: UnixTime, in db: Database
    ) throws {
        let withholding = thing.withholding(case: number)
        try changeRights(of: thing.account, withholding, now: now, in: db) { ledger in
            try ledger.withhold(
                withholding, reason: reason, text: text, appeal: policy.appeal, now: now,
                signer: signer)
        }
    }

    /// Lifts what a case withholds; held spends get their receipts at the next contact.
    ///
    /// - Throws: ``LedgerError``.
    func release(
        _ thing: WithheldThing, case number: Int64, reason: String = "case-decision",
        text: String = "", now: UnixTime, in db: Database
    ) throws {
        let withholding = thing.withholding(case: number)
        try changeRights(of: thing.account, withholding, now: now, in: db) { ledger in
            try ledger.release(
                withholding, reason: reason, text: text, now: now, signer: signer)
        }
    }

    /// Withholds something, or lifts that, in a transaction of its own.
    package func decide(
        _ thing: WithheldThing, isWithheld: Bool, case number: Int64
    ) throws {
        let now = clock()
        try database.write { db in
            if isWithheld {
                try withhold(thing, case: number, now: now, in: db)
            } else {
                try release(thing, case: number, now: now, in: db)
            }
        }
        environment.announce(thing.account)
    }

    /// What withholding something would touch, or touches.
    package func effect(of thing: WithheldThing) throws -> WithholdingStore.Effect {
        try database.read { db in try WithholdingStore(db: db).effect(of: thing) }
    }

    private func changeRights(
        of account: AccountID, _ withholding: Withholding, now: UnixTime, in db: Database,
        _ body: (inout ServerLedger) throws -> JWS<Order>?
    ) throws {
        var needs = LedgerNeeds()
        needs.withholdings = [withholding]
        _ = try change(account, needs, now: now, in: db, body)
    }
}
