import AtelierProtocol
import CreditLedger
import Fingerprints
import SignedObjects

/// A work that an account has registered and not withdrawn.
struct RegisteredWork: Sendable {
    /// Its row: the owner of its fingerprint.
    let row: Int64
    let work: Digest
    let reading: FingerprintReading
    let basis: WorkBasis
    /// Server time.
    let registered: UnixTime
}

/// What accounts have registered: works, and the models that learned from them.
struct RegistrationStore {
    let db: Database

    /// A registered work of the account; nil where there is none, or it was withdrawn.
    func work(_ digest: Digest, of account: AccountID) throws -> RegisteredWork? {
        try db.row(
            """
            SELECT * FROM work_registration
            WHERE account = ?1 AND work = ?2 AND withdrawn IS NULL
            """,
            [account.blob, digest.blob]
        ).map(Self.registered)
    }

    /// The registered work of a row; nil where there is none, or it was withdrawn.
    func work(row: Int64) throws -> RegisteredWork? {
        try db.row(
            "SELECT * FROM work_registration WHERE row_id = ?1 AND withdrawn IS NULL", [row]
        ).map(Self.registered)
    }

    /// How many works and models an account has registered and not withdrawn.
    func counts(of account: AccountID) throws -> (works: Int, models: Int) {
        func count(_ table: String) throws -> Int {
            try db.value(
                "SELECT COUNT(*) FROM \(table) WHERE account = ?1 AND withdrawn IS NULL",
                [account.blob]) ?? 0
        }
        return (try count("work_registration"), try count("model_registration"))
    }

    /// The compact ``WorkRegistration`` of a row, withdrawn or not: evidence.
    func document(row: Int64) throws -> String? {
        try db.value("SELECT document FROM work_registration WHERE row_id = ?1", [row])
    }

    private static func registered(_ row: Row) throws -> RegisteredWork {
        let payload = try JWS<WorkRegistration>(stored: try row["document"]).payload
        return RegisteredWork(
            row: try row["row_id"], work: payload.work, reading: payload.reading,
            basis: payload.basis, registered: try row.time("registered"))
    }

    /// What is known of an account's models that spends name.
    ///
    /// - Parameter needs: What the contact hands in: its own orders decide about those.
    func rights(
        of models: Set<Digest>, _ needs: LedgerNeeds, account: AccountID
    ) throws -> [Digest: ModelRights] {
        guard !models.isEmpty else { return [:] }
        let models = models.sorted()
        let answers = try db.answers(
            to: models.flatMap { model in
                [
                    SQLStatement(
                        """
                        SELECT works_digest, works, engine FROM model_registration
                        WHERE account = ?1 AND model = ?2 AND withdrawn IS NULL
                        """,
                        [account.blob, model.blob]),
                    WithholdingStore.statement(of: model, account),
                ]
            })
        var rights: [Digest: ModelRights] = [:]
        for (index, model) in models.enumerated() {
            let registered = answers[2 * index].rows.first
            let withheld = try answers[2 * index + 1].rows.map(WithholdingStore.withholding)
            rights[model] = ModelRights(
                works: try registered?.fixed("works_digest"),
                workCount: try registered?["works"] ?? 0,
                engine: try registered?["engine"],
                isWithheld: withheld.contains { !needs.withholdings.contains($0) },
                namedWorks: try needs.withheldWorks.filter { work in
                    try contains(work, model, account)
                })
        }
        return rights
    }

    private func contains(
        _ work: Digest, _ model: Digest, _ account: AccountID
    ) throws -> Bool {
        try db.row(
            """
            SELECT 1 FROM model_registration_work WHERE account = ?1 AND model = ?2 AND work = ?3
            """,
            [account.blob, model.blob, work.blob]) != nil
    }
}

extension RegistrationStore {
    /// Registers a work.
    ///
    /// - Returns: What became of it, and its row where it counts anew.
    func register(
        _ document: JWS<WorkRegistration>, room: inout Int?, now: UnixTime
    ) throws -> (entry: RegistrationReply.Entry, row: Int64?) {
        let payload = document.payload
        let account = payload.account
        if let row = try db.row(
            "SELECT * FROM work_registration WHERE account = ?1 AND work = ?2",
            [account.blob, payload.work.blob])
        {
            let known = try JWS<WorkRegistration>(stored: try row["document"]).payload
            guard known.pixels == payload.pixels, known.reading == payload.reading else {
                return (.conflict("work"), nil)
            }
            guard try !row.isNull("withdrawn") else { return (.init(.known), nil) }
            try db.execute(
                """
                UPDATE work_registration SET withdrawn = NULL, document = ?1, registered = ?2
                WHERE row_id = ?3
                """,
                [document.compact, now.milliseconds, try row["row_id"] as Int64])
            return (.init(.accepted), try row["row_id"])
        }
        let left = try room ?? self.room("work_registration", Limits.registeredWorks, account)
        room = left - 1
        guard left > 0 else { return (.full("works", Limits.registeredWorks), nil) }
        let row: Int64? = try db.value(
            """
            INSERT INTO work_registration (account, work, pixels, document, registered)
            VALUES (?1, ?2, ?3, ?4, ?5) RETURNING row_id
            """,
            [
                account.blob, payload.work.blob, payload.pixels.blob, document.compact,
                now.milliseconds,
            ])
        return (.init(.accepted), row)
    }

    /// Registers a model of works that are registered.
    func register(
        _ document: JWS<ModelRegistration>, room: inout Int?, now: UnixTime
    ) throws -> RegistrationReply.Entry {
        let payload = document.payload
        let account = payload.account
        let known = try db.row(
            "SELECT document, withdrawn FROM model_registration WHERE account = ?1 AND model = ?2",
            [account.blob, payload.model.blob])
        if let known {
            let other = try JWS<ModelRegistration>(stored: try known["document"]).payload
            guard other.works == payload.works, other.engine == payload.engine else {
                return .conflict("model")
            }
            if try known.isNull("withdrawn") { return .init(.known) }
        }
        let pixels = try pixels(of: payload.works, account)
        let missing = payload.works.count { pixels[$0] == nil }
        guard missing == 0 else {
            return .init(
                refused: .unregisteredWork,
                text: "\(missing) of the model's \(payload.works.count) works are not registered. "
                    + "Register them first.")
        }
        let ordered = payload.works.compactMap { pixels[$0] }
        guard zip(ordered, ordered.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return .init(
                refused: .wrongOrder,
                text: "The model's works do not stand in the order of the hashes of their pixels.")
        }
        if known != nil {
            try db.execute(
                """
                UPDATE model_registration SET withdrawn = NULL, document = ?1, registered = ?2
                WHERE account = ?3 AND model = ?4
                """,
                [document.compact, now.milliseconds, account.blob, payload.model.blob])
            return .init(.accepted)
        }
        let left = try room ?? self.room("model_registration", Limits.registeredModels, account)
        room = left - 1
        guard left > 0 else { return .full("models", Limits.registeredModels) }
        try insert(document, ModelRegistration.worksDigest(ofPixels: ordered), now: now)
        return .init(.accepted)
    }

    private func insert(
        _ document: JWS<ModelRegistration>, _ worksDigest: Digest, now: UnixTime
    ) throws {
        let payload = document.payload
        let account = payload.account
        try db.post(
            .insert(
                into: "model_registration",
                [
                    "account": account.blob, "model": payload.model.blob,
                    "works_digest": worksDigest.blob, "works": payload.works.count,
                    "engine": payload.engine, "document": document.compact,
                    "registered": now.milliseconds,
                ]))
        for start in stride(from: 0, to: payload.works.count, by: Limits.rowsByKey) {
            let part = payload.works[start..<min(start + Limits.rowsByKey, payload.works.count)]
            let values = part.indices.map { "(?1, ?2, ?\($0 - start + 3))" }
            try db.post(
                """
                INSERT INTO model_registration_work (account, model, work)
                VALUES \(values.joined(separator: ", "))
                """,
                [account.blob, payload.model.blob] + part.map(\.blob))
        }
    }

    /// The pixels of those of the works that are registered.
    private func pixels(
        of works: [Digest], _ account: AccountID
    ) throws -> [Digest: Digest] {
        var pixels: [Digest: Digest] = [:]
        for start in stride(from: 0, to: works.count, by: Limits.rowsByKey) {
            let part = works[start..<min(start + Limits.rowsByKey, works.count)]
            let list = part.indices.map { "?\($0 - start + 2)" }.joined(separator: ", ")
            let rows = try db.rows(
                """
                SELECT work, pixels FROM work_registration
                WHERE account = ?1 AND withdrawn IS NULL AND work IN (\(list))
                """,
                [account.blob] + part.map(\.blob))
            for row in rows { pixels[try row.fixed("work")] = try row.fixed("pixels") }
        }
        return pixels
    }

    /// Withdraws works with the models that learned from them, and models.
    ///
    /// - Returns: What became of it, and the rows of the works.
    func withdraw(
        _ withdrawal: RegistrationWithdrawal, now: UnixTime
    ) throws -> (entry: RegistrationReply.Entry, rows: [Int64]) {
        let account = withdrawal.account.blob
        var (rows, changes): ([Int64], Int) = ([], 0)
        for work in withdrawal.works {
            rows += try db.rows(
                """
                UPDATE work_registration SET withdrawn = ?1
                WHERE account = ?2 AND work = ?3 AND withdrawn IS NULL RETURNING row_id
                """,
                [now.milliseconds, account, work.blob]
            ).map { try $0["row_id"] }
            changes += try db.execute(
                """
                UPDATE model_registration SET withdrawn = ?1 WHERE account = ?2
                    AND withdrawn IS NULL AND model IN (
                        SELECT model FROM model_registration_work
                        WHERE account = ?2 AND work = ?3)
                """,
                [now.milliseconds, account, work.blob])
        }
        for model in withdrawal.models {
            changes += try db.execute(
                """
                UPDATE model_registration SET withdrawn = ?1
                WHERE account = ?2 AND model = ?3 AND withdrawn IS NULL
                """,
                [now.milliseconds, account, model.blob])
        }
        return (.init(rows.isEmpty && changes == 0 ? .known : .accepted), rows)
    }

    /// How many more rows of a table the account may have; what it has is counted up to the limit.
    private func room(_ table: String, _ limit: Int, _ account: AccountID) throws -> Int {
        let count: Int? = try db.value(
            """
            SELECT COUNT(*) FROM (SELECT 1 FROM \(table) WHERE account = ?1 LIMIT ?2) AS counted
            """,
            [account.blob, limit])
        return limit - (count ?? 0)
    }
}

extension RegistrationReply.Entry {
    fileprivate static func conflict(_ kind: String) -> RegistrationReply.Entry {
        RegistrationReply.Entry(
            refused: .conflict,
            text: "This \(kind) is registered with other contents, which stay as they are.")
    }

    fileprivate static func full(_ kind: String, _ limit: Int) -> RegistrationReply.Entry {
        RegistrationReply.Entry(
            refused: .limitReached, text: "An account registers at most \(limit) \(kind) in all.")
    }
}
