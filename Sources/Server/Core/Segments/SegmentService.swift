import AtelierProtocol
import CreditLedger
import SignedObjects
import SyncKit

/// The answer to a device: its content, and the account's state.
struct Answer<Content: Sendable>: Sendable {
    let content: Content
    /// The history hash of the sequence that the answer ends with, see ``HistoryHash``.
    let historyHash: HistoryHash?
    /// Whether the device's history hash is of another history.
    var isOtherHistory = false
    let state: ServerState
}

/// Stores sealed segments in the order of their account, and returns them.
struct SegmentService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator

    /// Stores a sealed segment at the end of the account's order; safe to repeat.
    func push(_ incoming: IncomingRequest) async throws -> Answer<Int64> {
        let segment = try Self.segment(incoming)
        let (answer, new) = try await requests.authorized(
            incoming, as: .push,
            asking: { caller, now in
                AccountReading.statements(of: caller.account) + [
                    Horizon.statement(of: caller.account, now: now),
                    SegmentStore.tipStatement(of: caller.account, segment.header.replica),
                ]
            },
            { db, caller, now in
                try Self.checkAccount(of: segment, caller)
                try Self.checkStanding(of: caller, now: now)
                var reading = try AccountReading(caller.answers)
                try reading.takeHorizon(caller.answers.dropLast().last)
                let store = SegmentStore(account: caller.account, db: db)
                let stored = try store.append(
                    segment, after: caller.answers.last?.rows.first, now: now,
                    replicaLimit: self.policy.replicasPerAccount)
                if stored.isNew { try reading.add(stored.sequence, in: db) }
                try reading.tidy(
                    caller.account, grace: policy.compactionGrace, now: now, in: db)
                let answer = Answer(
                    content: stored.sequence, historyHash: stored.historyHash,
                    state: reading.state(now: now))
                return (answer, stored.isNew ? (reading.epoch, caller.account) : nil)
            })
        if let (reading, account) = new {
            metrics.store(bytes: incoming.body.count)
            try epochCheckpoint?.note(reading)
            environment.changed(account)
        }
        return answer
    }

    /// The segments after a sequence, bounded by count and bytes.
    ///
    /// None where that sequence lies below the floor: the segments after it were compacted. None
    /// either where the device's `historyHash` of that sequence is of another history: then the
    /// device holds something else than what is stored here, and its pull says nothing for the
    /// horizon.
    func pull(
        after sequence: Int64, historyHash: HistoryHash? = nil, merged: Int64, limit: Int,
        _ incoming: IncomingRequest
    ) async throws -> Answer<[StoredSegment]> {
        try await requests.authorized(
            incoming, asking: { caller, _ in AccountReading.statements(of: caller.account) },
            { db, caller, now in
                var reading = try AccountReading(caller.answers)
                // Before the page, so that a page with segments never lies below its own floor.
                try reading.tidy(
                    caller.account, grace: policy.compactionGrace, now: now, in: db)
                let store = SegmentStore(account: caller.account, db: db)
                let known = sequence == 0 ? nil : try store.historyHash(at: sequence)
                let isOther = historyHash != nil && known != nil && historyHash != known
                let raising = Horizon.raising(
                    to: merged, after: sequence, by: caller, epoch: reading.epoch.epoch)
                let horizon = Horizon.statement(of: caller.account, now: now)
                try reading.takeHorizon(
                    db.answers(to: isOther ? [horizon] : [raising, horizon]).last)
                let hasNext = !isOther && sequence >= reading.floor
                let page = hasNext ? try store.page(after: sequence, limit: limit) : []
                var state = reading.state(now: now)
                state.acceptsWrites = caller.standing.suspension(at: now) == nil
                return Answer(
                    content: page, historyHash: page.last?.historyHash ?? known,
                    isOtherHistory: isOther, state: state)
            })
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
}

/// The state of an account's segments, as most requests need it.
struct AccountReading {
    /// The server's epoch, and how many segments it has.
    private(set) var epoch: EpochCheckpoint.Reading
    /// The account's snapshots, whole or not.
    let snapshots: [Row]
    private(set) var floor: Int64 = 0
    private var head: Int64 = 0
    private var horizon: Int64 = 0

    /// The statements that find it, in the order that ``init(_:)`` takes the answers in.
    static func statements(of account: AccountID) -> [SQLStatement] {
        [
            EpochCheckpoint.Reading.statement, SnapshotStore.statement(of: account),
            headStatement(of: account),
        ]
    }

    static func headStatement(of account: AccountID) -> SQLStatement {
        SQLStatement("SELECT seq, floor FROM account_head WHERE account = ?1", [account.blob])
    }

    init(_ answers: [SQLAnswer]) throws {
        guard answers.count >= 3 else { throw StoredFormError(column: "answer") }
        epoch = try EpochCheckpoint.Reading(answers[0].rows)
        snapshots = answers[1].rows
        try takeHead(answers[2])
    }

    /// Takes a segment that was just stored at `sequence`.
    mutating func add(_ sequence: Int64, in db: Database) throws {
        head = sequence
        epoch = epoch.afterOneMore(in: db)
    }

    private mutating func takeHead(_ answer: SQLAnswer?) throws {
        guard let row = answer?.rows.first else { throw StoredFormError(column: "account_head") }
        (head, floor) = (try row["seq"], try row["floor"])
    }

    mutating func takeHorizon(_ answer: SQLAnswer?) throws {
        let sequence: Int64? = try answer?.rows.first?["sequence"]
        horizon = sequence ?? 0
    }

    /// Does a bounded piece of the account's clearing up; there is no other time for it.
    mutating func tidy(
        _ account: AccountID, grace: Duration, now: UnixTime, in db: Database
    ) throws {
        guard !snapshots.isEmpty,
            let newest = try SnapshotStore(account: account, db: db).tidy(snapshots, now: now)
        else { return }
        try Compaction(account: account, db: db).step(newest: newest, now: now, grace: grace)
        try takeHead(db.answers(to: [Self.headStatement(of: account)]).first)
    }

    func state(now: UnixTime) -> ServerState {
        ServerState(
            milliseconds: now.milliseconds, epoch: epoch.epoch, head: ServerSequence(head),
            floor: ServerSequence(floor), horizon: ServerSequence(horizon))
    }
}
