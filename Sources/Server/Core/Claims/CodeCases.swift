import AtelierProtocol
import SignedObjects

/// The cases of what was put forward together, and what its side does in them: of a claim, or of
/// the reservations of one holder, both by the code that came with them.
struct CodeCases {
    let cases: CaseService
    let db: Database
    let now: UnixTime
    /// A claim or reservations.
    let kind: CaseParty.Kind
    /// The claim's row, or the reservations' numbers.
    let ids: [Int64]

    /// The cases after a number as their side reads them, as far as they fit one reply.
    func files(after number: Int64) throws -> [CaseFile] {
        let records = try CaseStore(db: db).records(of: kind, ids, after: number)
        return try CaseService.files(records, now: now, in: db, sideOf: side)
    }

    /// Writes in the case that is named, or in each that takes it now.
    ///
    /// - Returns: The accounts that have new letters.
    /// - Throws: ``ServerError`` where no case takes it.
    func write(_ act: CaseService.SideAct, _ words: CaseWords) throws -> [AccountID] {
        let all = try histories().filter { words.number == nil || $0.record.id == words.number }
        guard let first = all.first else {
            throw ServerError.refused(
                .notFound,
                detail: "No case of this code\(words.number.map { " has the number \($0)" } ?? "")"
                    + ": nothing can be written. Read its cases by a GET.")
        }
        let able = all.filter { history in
            guard let side = side(of: history.record) else { return false }
            let isLate = act == .appeal && history.appealUntil.map { $0 < now } ?? false
            return !isLate && history.machine.allows(act.move(side))
                && history.count(by: side) < Limits.lettersPerSide
        }
        var accounts: [AccountID] = []
        // Where none takes it, the first says why.
        for history in able.isEmpty ? [first] : able {
            guard let side = side(of: history.record) else { continue }
            accounts += try cases.act(
                act, words.text, on: history.record.id, side: side, now: now, in: db
            ).accounts
        }
        return accounts
    }

    /// Takes back whatever the side can take back.
    ///
    /// - Returns: The accounts that have new letters.
    func withdraw(_ text: String) throws -> [AccountID] {
        var accounts: [AccountID] = []
        for history in try histories() {
            guard let side = side(of: history.record),
                history.machine.allows(.withdraw(side))
            else { continue }
            accounts += try cases.act(
                .withdraw, text, on: history.record.id, side: side, now: now, in: db
            ).accounts
        }
        return accounts
    }

    private func side(of record: CaseRecord) -> CaseSide? {
        CaseSide.allCases.first { side in
            record.party(side).map { $0.kind == kind && ids.contains($0.id) } ?? false
        }
    }

    /// All of the cases: ``Limits/casesPerOpening`` bounds those of each thing.
    private func histories() throws -> [CaseHistory] {
        let store = CaseStore(db: db)
        var (all, last): ([CaseHistory], Int64) = ([], 0)
        while true {
            let records = try store.records(of: kind, ids, after: last)
            all += try store.histories(records)
            guard records.count == RightsLimits.casesPerList, let end = records.last else {
                return all
            }
            last = end.id
        }
    }
}

extension CaseService {
    /// Runs what somebody without an account writes by a code, in one transaction, and tells the
    /// accounts that have new letters by it.
    ///
    /// - Parameter body: Gives the reply and these accounts.
    func written<Reply: Sendable>(
        by code: RightsCode, _ incoming: IncomingRequest,
        _ body: @escaping @Sendable (Database, UnixTime) throws -> (Reply, [AccountID])
    ) async throws -> Reply {
        let (reply, accounts) = try await requests.asAnybody(
            counting: letterCounts(of: code, incoming), body)
        await deliver(to: accounts)
        return reply
    }
}
