import AtelierProtocol
import CreditLedger
import SignedObjects
import SyncKit

/// What a device gets for a question: the answer itself, and where the account stands.
struct Answer<Content: Sendable>: Sendable {
    let content: Content
    /// The mark of the place that the answer ends with, see ``HistoryMark``.
    let mark: HistoryMark?
    /// Whether the device's mark is of another history.
    var isOtherHistory = false
    let state: ServerState
}

extension ServerCore {
    /// Stores a sealed segment at the end of the account's order; safe to repeat.
    func push(_ incoming: IncomingRequest) async throws -> Answer<Int64> {
        let segment = try Self.segment(incoming)
        let (answer, new) = try await authorized(incoming, as: .push) { db, caller, now in
            try Self.checkAccount(of: segment, caller)
            try Self.checkStanding(of: caller, now: now)
            let store = SegmentStore(account: caller.account, db: db)
            let stored = try store.append(
                segment, now: now, replicaLimit: self.policy.replicasPerAccount)
            try self.tidy(caller.account, now: now, in: db)
            let mark = try EpochMark.Reading(of: db)
            let answer = Answer(
                content: stored.sequence, mark: stored.mark,
                state: try self.state(for: caller, epoch: mark.epoch, now: now, in: db))
            return (answer, stored.isNew ? (mark, caller.account) : nil)
        }
        if let (mark, account) = new {
            metrics.store(bytes: incoming.body.count)
            try epochMark?.note(mark)
            changed(account)
        }
        return answer
    }

    /// The segments after a place in the account's order, bounded by count and bytes.
    ///
    /// None where that place lies below the floor: what came right after it is gone. None either
    /// where the device's `mark` of that place is of another history: then the device holds
    /// something else than what is stored here, and its pull says nothing for the horizon.
    func pull(
        after sequence: Int64, mark: HistoryMark? = nil, limit: Int, _ incoming: IncomingRequest
    ) async throws -> Answer<[StoredSegment]> {
        try await authorized(incoming) { db, caller, now in
            // Before the page, so that a page with segments never lies below the floor it tells.
            try self.tidy(caller.account, now: now, in: db)
            let epoch = try EpochMark.Reading(of: db).epoch
            let store = SegmentStore(account: caller.account, db: db)
            let known = try store.mark(at: sequence)
            let isOther = mark != nil && known != nil && mark != known
            if !isOther { try Horizon.raise(to: sequence, by: caller, epoch: epoch, in: db) }
            let state = try self.state(for: caller, epoch: epoch, now: now, in: db)
            let hasNext = !isOther && sequence >= state.floor
            let page = hasNext ? try store.page(after: sequence, limit: limit) : []
            return Answer(
                content: page, mark: page.last?.mark ?? known, isOtherHistory: isOther,
                state: state)
        }
    }

    /// Reads the body as sealed bytes, of which only the header is looked at.
    static func segment(_ incoming: IncomingRequest) throws -> SealedSegment {
        do {
            return try SealedSegment(bytes: incoming.body)
        } catch {
            throw ServerError.refused(.malformed, detail: "\(error)")
        }
    }

    static func checkAccount(of segment: SealedSegment, _ caller: Caller) throws {
        guard segment.header.account == caller.account.bytes else {
            throw ServerError.refused(.malformed, detail: "This is of another account's library.")
        }
    }

    /// A suspended account adds nothing.
    static func checkStanding(of caller: Caller, now: UnixTime) throws {
        guard let order = caller.standing.suspension(at: now) else { return }
        throw ServerError.refused(
            .suspended,
            detail: "The account is suspended (\(order.reason)). Changes wait on the device.")
    }

    /// Does a bounded piece of the account's clearing up; there is no other time for it.
    func tidy(_ account: AccountID, now: UnixTime, in db: Database) throws {
        let newest = try SnapshotStore(account: account, db: db).tidy(now: now)
        guard let newest else { return }
        try Compaction(account: account, db: db)
            .step(newest: newest, now: now, grace: policy.compactionGrace)
    }

    private func state(
        for caller: Caller, epoch: Int, now: UnixTime, in db: Database
    ) throws -> ServerState {
        let row = try db.row(
            "SELECT seq, floor FROM account_head WHERE account = ?1",
            [caller.account.blob])
        guard let row else { throw ServerError.noSuchAccount(caller.account.description) }
        return ServerState(
            milliseconds: now.milliseconds, epoch: epoch, head: try row["seq"],
            floor: try row["floor"],
            horizon: try Horizon.of(caller, now: now, in: db))
    }
}
