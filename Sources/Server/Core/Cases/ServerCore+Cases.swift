import CreditLedger
import SignedObjects

extension ServerCore {
    /// The cases, newest first; only open ones unless all are asked for.
    public func cases(all: Bool = false) throws -> [CaseSummary] {
        try database.read { db in
            try db.rows(
                """
                SELECT * FROM moderation_case WHERE closed IS NULL OR ?1 = 1
                ORDER BY id DESC LIMIT ?2
                """,
                [all ? 1 : 0, Limits.listedRows]
            ).map(Self.summary)
        }
    }

    /// One case with its evidence.
    ///
    /// - Throws: ``ServerError`` where there is none of that number.
    public func caseFile(_ id: Int64) throws -> CaseFile {
        try database.read { db in
            let summary = try Self.summary(id, in: db)
            let store = LedgerStore(account: summary.account, db: db)
            guard let ledger = try store.load() else {
                throw ServerError.noSuchAccount(summary.account.description)
            }
            return CaseFile(summary: summary, proofs: Self.proofs(summary.kind, in: ledger))
        }
    }

    /// Closes a case; its evidence stays.
    ///
    /// - Throws: ``ServerError`` where there is none of that number, or it is closed.
    public func closeCase(_ id: Int64, note: String, actor: String) throws {
        let now = clock()
        try database.write { db in
            let summary = try Self.summary(id, in: db)
            let count = try db.execute(
                """
                UPDATE moderation_case SET closed = ?1, note = ?2
                WHERE id = ?3 AND closed IS NULL
                """,
                [now.milliseconds, note, id])
            guard count == 1 else {
                throw ServerError.invalidValue(name: "case", reason: "\(id) is closed already")
            }
            try Audit.append(
                "case closed", actor: actor, account: summary.account,
                reason: summary.kind.rawValue, detail: note, now: now, in: db)
        }
    }

    private static func summary(_ id: Int64, in db: Database) throws -> CaseSummary {
        guard let row = try db.row("SELECT * FROM moderation_case WHERE id = ?1", [id]) else {
            throw ServerError.notFound("case \(id)", list: "cases list --all")
        }
        return try summary(row)
    }

    private static func summary(_ row: Row) throws -> CaseSummary {
        guard let kind = CaseKind(rawValue: try row["kind"]) else {
            throw StoredFormError(column: "kind")
        }
        let closed: Int64? = try row["closed"]
        return CaseSummary(
            id: try row["id"], account: try row.fixed("account"), kind: kind,
            opened: try row.time("opened"), closed: closed.map { UnixTime(milliseconds: $0) },
            note: try row["note"])
    }

    private static func proofs(_ kind: CaseKind, in ledger: ServerLedger) -> [CaseProof] {
        switch kind {
        case .journalFork:
            ledger.forks.map { CaseProof(first: CaseSpend($0.first), second: CaseSpend($0.second)) }
        case .doubleSpend:
            ledger.leases.flatMap { record in
                let first = record.claim.map { CaseSpend($0.spend) }
                return (record.claim?.contradictions ?? []).compactMap { second in
                    first.map { CaseProof(first: $0, second: CaseSpend(second)) }
                }
            }
        }
    }
}

extension CaseSpend {
    fileprivate init(_ spend: JWS<Spend>) {
        let payload = spend.payload
        self.init(
            device: payload.device, lease: payload.lease, credit: payload.credit,
            epoch: payload.epoch, journal: payload.journal, number: payload.number,
            body: payload.body, time: payload.time, document: spend.compact)
    }
}
