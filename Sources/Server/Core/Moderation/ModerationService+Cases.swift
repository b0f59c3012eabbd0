public import CreditLedger
public import SignedObjects

extension ModerationService {
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

/// Why a case was opened.
public enum CaseKind: String, Codable, Sendable {
    /// One lease was used for two bodies.
    case doubleSpend = "double-spend"
    /// Two spends on different leases have the same number in a device's journal.
    case journalFork = "journal-fork"
}

/// A case in a list.
public struct CaseSummary: Codable, Sendable {
    /// Its number.
    public let id: Int64
    /// Whose.
    public let account: AccountID
    /// Why it was opened.
    public let kind: CaseKind
    /// When.
    public let opened: UnixTime
    /// When it was closed; nil while it is open.
    public let closed: UnixTime?
    /// What whoever closed it wrote.
    public let note: String
}

/// A signed spend, as evidence.
public struct CaseSpend: Codable, Sendable {
    /// The device that signed it.
    public let device: DeviceID
    /// The lease it used.
    public let lease: LeaseID
    /// The credit.
    public let credit: Int
    /// How often that was lent before, and this time.
    public let epoch: Int
    /// The device's journal.
    public let journal: JournalID
    /// Its number there.
    public let number: Int
    /// What was generated.
    public let body: Digest
    /// When, by the device's clock.
    public let time: UnixTime
    /// The signed object itself.
    public let document: String
}

/// Two spends that cannot both stand in one journal that was kept.
public struct CaseProof: Codable, Sendable {
    /// The spend that came first, and counts.
    public let first: CaseSpend
    /// The one that came later.
    public let second: CaseSpend
}

/// A case with its evidence.
public struct CaseFile: Codable, Sendable {
    /// What the list says.
    public let summary: CaseSummary
    /// The evidence there is by now, oldest first.
    public let proofs: [CaseProof]
}

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
