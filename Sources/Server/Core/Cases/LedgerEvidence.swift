import AtelierProtocol
public import CreditLedger
public import SignedObjects

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

    init(_ spend: JWS<Spend>) {
        let payload = spend.payload
        (device, lease, credit) = (payload.device, payload.lease, payload.credit)
        (epoch, journal, number) = (payload.epoch, payload.journal, payload.number)
        (body, time, document) = (payload.body, payload.time, spend.compact)
    }
}

/// Two spends that cannot both stand in one journal that was kept.
public struct CaseProof: Codable, Sendable {
    /// The spend that came first, and counts.
    public let first: CaseSpend
    /// The one that came later.
    public let second: CaseSpend
}

/// What the ledger proves: one case holds what came since the case before was decided, so that
/// nothing is judged twice.
struct LedgerEvidence {
    let db: Database

    /// Opens a case of an account, unless one of the kind is open, which the evidence joins.
    func openCase(_ kind: CaseKind, of account: AccountID, now: UnixTime) throws {
        let last = try db.row(
            """
            SELECT state, evidence_to FROM moderation_case
            WHERE respondent = ?1 AND kind = ?2 ORDER BY id DESC LIMIT 1
            """,
            [account.blob, kind.rawValue])
        if let state: CaseState = try last?.choice("state"), [.open, .waiting].contains(state) {
            return
        }
        let after: Int64 = try last?["evidence_to"] ?? 0
        let party = CaseParty(kind: .account, id: 0, account: account, work: nil, since: now)
        _ = try CaseStore(db: db).open(
            CaseStore.Opening(
                kind: kind, ground: CaseStore.Opening.ground(kind, party) + " after \(after)",
                respondent: party, evidenceAfter: after), now: now)
    }

    /// The last row of evidence that there is for a case by now; nil for cases that have none.
    func last(for record: CaseRecord) throws -> Int64? {
        guard let table = Self.table(record.kind), let account = record.respondent?.account else {
            return nil
        }
        return try db.value(
            "SELECT COALESCE(MAX(row_id), 0) FROM \(table) WHERE account = ?1", [account.blob])
    }

    /// The evidence of a case, oldest first.
    func proofs(of record: CaseRecord) throws -> [CaseProof] {
        guard let account = record.respondent?.account else { return [] }
        let until: Int64? = try db.value(
            "SELECT evidence_to FROM moderation_case WHERE id = ?1", [record.id])
        let sql: String
        switch record.kind {
        case .doubleSpend:
            sql = """
                SELECT l.spend AS first_spend, c.spend AS second_spend
                FROM ledger_contradiction AS c
                JOIN ledger_lease AS l ON l.account = c.account AND l.lease = c.lease
                WHERE c.account = ?1 AND c.row_id > ?2 AND (c.row_id <= ?3 OR ?3 IS NULL)
                ORDER BY c.row_id LIMIT ?4
                """
        case .journalFork:
            sql = """
                SELECT first_spend, second_spend FROM ledger_fork
                WHERE account = ?1 AND row_id > ?2 AND (row_id <= ?3 OR ?3 IS NULL)
                ORDER BY row_id LIMIT ?4
                """
        case .match, .claim, .contest, .restored: return []
        }
        return try db.rows(
            sql, [account.blob, record.evidenceAfter, until, Limits.listedRows]
        ).map { row in
            CaseProof(
                first: CaseSpend(try JWS(stored: row["first_spend"])),
                second: CaseSpend(try JWS(stored: row["second_spend"])))
        }
    }

    private static func table(_ kind: CaseKind) -> String? {
        switch kind {
        case .doubleSpend: "ledger_contradiction"
        case .journalFork: "ledger_fork"
        case .match, .claim, .contest, .restored: nil
        }
    }
}
