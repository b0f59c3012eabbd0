public import AtelierProtocol
public import SignedObjects

/// A case as moderators see it.
public struct CaseDossier: Codable, Sendable {
    /// The case as it was opened.
    public let record: CaseRecord
    /// How far it is.
    public let state: CaseState
    /// Whom a question waits for.
    public let waitsFor: CaseSide?
    /// All that happened, oldest first.
    public let events: [CaseEvent]
    /// What may be decided now; none where nothing can be.
    public let acts: [CaseAct]
    /// Until when its sides may appeal; nil where they cannot.
    public let appealUntil: UnixTime?
    /// What the ledger proves; empty for cases of rights.
    public let proofs: [CaseProof]
    /// The claim of a side that has no account.
    public let claim: ClaimSummary?
    /// The request of a side that reserved without an account.
    public let holder: HolderRequest?
    /// Other cases of the same accounts, reservation or claim, by number.
    public let related: [Int64]

    init(_ id: Int64, now: UnixTime, in db: Database) throws {
        let store = CaseStore(db: db)
        let history = try store.history(id)
        record = history.record
        (state, waitsFor) = (history.machine.state, history.machine.waitsFor)
        events = history.events
        let isDecided = [.decided, .final].contains(history.machine.state)
        acts = isDecided ? [] : history.machine.acts.sorted { $0.rawValue < $1.rawValue }
        appealUntil = history.appealUntil.flatMap { now <= $0 ? $0 : nil }
        proofs = try LedgerEvidence(db: db).proofs(of: record)
        let claims = CaseSide.allCases.compactMap { history.record.party($0) }
            .filter { $0.kind == .claim }
        claim = try claims.first.map { try ClaimStore(db: db).summary($0.id) }
        let reservation = CaseSide.allCases.compactMap { history.record.party($0) }
            .first { $0.kind == .reservation && $0.account == nil }
        let holder = try reservation.flatMap {
            try ReservationStore(db: db).record($0.id).holder
        }
        self.holder = try holder.flatMap { try HolderStore(db: db).requests([$0])[$0] }
        var numbers: Set<Int64> = []
        for account in record.accounts {
            numbers.formUnion(try store.records(of: account, after: 0, quiet: true).map(\.id))
        }
        for party in CaseSide.allCases.compactMap({ history.record.party($0) })
        where party.kind != .account {
            numbers.formUnion(try store.records(of: party.kind, [party.id]).map(\.id))
        }
        related = numbers.subtracting([id]).sorted()
    }
}
