/// One sync as a state machine: it takes events and returns actions, without network, disk or
/// clock.
///
/// Pushes what an earlier sync sealed, pulls until the server has no more, asks whether the account
/// may write, seals what is unsent, pushes it segment by segment, makes a snapshot where one is
/// due, and finishes. Every step may fail and the sync be started again: the store remembers what
/// was acknowledged. An action carries all that its step needs.
package struct SyncSession: Sendable {
    /// What the caller does next.
    package enum Action: Hashable, Sendable {
        /// Ask for the page after the store's cursor.
        case pull
        /// Apply this page.
        case apply(PulledPage)
        /// Load the newest snapshot: the segments after the cursor are gone.
        case loadSnapshot
        /// Start again with a server that lost its data.
        case resetForNewEpoch(epoch: Int)
        /// Pull and merge everything again.
        case repair
        /// Note that what is sealed must not be sent as it is: a pull comes before it.
        case noteOvertaken
        /// Everything is received: ask whether the account may write.
        case askToWrite
        /// Seal the unsent changes.
        case seal
        /// Push the oldest sealed segment. Only where the order is known to be the one up to the
        /// cursor may the acknowledged segment move the cursor.
        case push(isOrderKnown: Bool)
        /// Pull all again under the new name that was taken while a page was merged.
        case forgetCursor
        /// Go on as a new replica: another copy of the database used this one's numbers, or what
        /// is sealed was overtaken by a pull.
        case rotateReplicaID
        /// Check whether a snapshot is due, by this state of the server.
        case checkSnapshot(ServerState)
        /// Make a snapshot and push it.
        case makeSnapshot
        /// All is done.
        case finish
    }

    /// What an earlier sync sealed and the server has not acknowledged.
    package enum SealedBefore: Hashable, Sendable, CaseIterable {
        case nothing
        /// It was sealed after the last pull.
        case unsent
        /// A pull came after it: it must be sealed anew.
        case overtaken
    }

    /// What happened.
    package enum Event: Hashable, Sendable {
        case started(SealedBefore, mayWrite: Bool)
        case notedOvertaken
        /// The server has these segments after the cursor, or none.
        case pulled(PulledPage)
        /// The segments after the cursor are gone.
        case pulledBelowFloor(ServerState)
        /// The server's epoch is another, or it has less than this replica had from it.
        case serverForgot(epoch: Int)
        case applied(AppliedPage)
        case loaded
        /// The snapshot cannot be used, now at least.
        case notLoaded
        case didReset
        case repaired
        /// What was asked after the pull, and whether what is sealed was overtaken by it.
        case asked(mayWrite: Bool, isOvertaken: Bool)
        case sealed(hasUnsent: Bool)
        case pushed(ServerState, hasUnsent: Bool)
        case refusedAsFork
        /// The account may not write now.
        case refusedToWrite
        case rotatedReplicaID
        case checkedSnapshot(isDue: Bool)
        case madeSnapshot
    }

    /// What the session waits for.
    package enum State: Hashable, Sendable {
        case idle, resuming, overtaking, pulling, resetting, repairing
        /// With the server's state at the last pull.
        case applying(ServerState), loading(ServerState)
        case asking(ServerState), sealing(ServerState)
        case pushing, rotating, checking, making, finished
    }

    /// What the session waits for now.
    package private(set) var state = State.idle
    private var steps = 0
    private var replicaIDRotations = 0
    private var hasReset = false
    private var hasRepaired = false
    private var hasLoaded = false
    private var junkPages = 0
    /// Whether the server has refused a write in this run: what the asker believes counts no more.
    private var isRefused = false

    /// A session that has not begun.
    package init() {}

    /// Takes an event and says what to do.
    ///
    /// - Throws: ``SessionError`` where the event does not fit, or the server never comes to an
    /// end. The session is then as it was before the event.
    package mutating func handle(_ event: Event) throws(SessionError) -> Action {
        var next = self
        next.steps += 1
        guard next.steps <= Limits.sessionSteps else { throw .endless(steps: next.steps) }
        let action = try next.advance(event)
        self = next
        return action
    }

    private mutating func advance(_ event: Event) throws(SessionError) -> Action {
        switch state {
        case .idle, .resuming, .overtaking: try begin(event)
        case .pulling, .applying, .loading, .resetting, .repairing, .rotating:
            try receive(event)
        case .asking, .sealing, .pushing, .checking, .making, .finished: try send(event)
        }
    }

    /// Before the first pull.
    ///
    /// To pull is to say "I hold this": what was sealed before must not come after it as it is, or
    /// a row could rise whose deletion all seem to have seen.
    private mutating func begin(_ event: Event) throws(SessionError) -> Action {
        switch (state, event) {
        case (.idle, .started(.unsent, mayWrite: true)), (.resuming, .pushed(_, hasUnsent: true)):
            return move(to: .resuming, .push(isOrderKnown: false))
        case (.idle, .started(.unsent, mayWrite: false)):
            return move(to: .overtaking, .noteOvertaken)
        case (.idle, .started), (.resuming, .pushed), (.overtaking, .notedOvertaken):
            return move(to: .pulling, .pull)
        case (.resuming, .refusedAsFork):
            // What the server has, and whether it has lost something, says the pull.
            return move(to: .overtaking, .noteOvertaken)
        case (.resuming, .refusedToWrite):
            isRefused = true
            return move(to: .overtaking, .noteOvertaken)
        default: throw unexpected(event)
        }
    }

    private mutating func receive(_ event: Event) throws(SessionError) -> Action {
        switch (state, event) {
        case (.pulling, .pulled(let page)):
            return page.segments.isEmpty
                ? move(to: .asking(page.server), .askToWrite)
                : move(to: .applying(page.server), .apply(page))
        case (.pulling, .pulledBelowFloor(let server)):
            // The snapshot ends before the segments that are left.
            guard !hasLoaded else { return move(to: .asking(server), .askToWrite) }
            hasLoaded = true
            return move(to: .loading(server), .loadSnapshot)
        case (.pulling, .serverForgot(let epoch)):
            guard !hasReset else { throw .forgetsAgain }
            hasReset = true
            return move(to: .resetting, .resetForNewEpoch(epoch: epoch))
        case (.applying(let server), .applied(let page)):
            try countJunk(of: page)
            if page.isForked { return try rotateReplicaID(.forgetCursor) }
            if page.hasDiverged || page.misses, !hasRepaired {
                hasRepaired = true
                return move(to: .repairing, .repair)
            }
            // Where there is no room for more, what was written here is sent all the same.
            return page.isStopped
                ? move(to: .asking(server), .askToWrite) : move(to: .pulling, .pull)
        case (.loading, .loaded): return move(to: .pulling, .pull)
        // What was written here must not wait until the server has another snapshot.
        case (.loading(let server), .notLoaded): return move(to: .asking(server), .askToWrite)
        case (.resetting, .didReset), (.repairing, .repaired), (.rotating, .rotatedReplicaID):
            // From 0 on, a snapshot may be needed once more.
            hasLoaded = false
            return move(to: .pulling, .pull)
        default: throw unexpected(event)
        }
    }

    /// A server may send things that nobody sealed for ever: a run comes to its end all the same.
    private mutating func countJunk(of page: AppliedPage) throws(SessionError) {
        guard page.dropped > 0, page.changes == 0 else { return }
        junkPages += 1
        guard junkPages <= Limits.junkPages else { throw .junk(pages: junkPages) }
    }

    private mutating func send(_ event: Event) throws(SessionError) -> Action {
        switch (state, event) {
        case (.asking, .asked(mayWrite: true, isOvertaken: true)) where !isRefused:
            return try rotateReplicaID(.rotateReplicaID)
        case (.asking(let server), .asked(mayWrite: true, _)) where !isRefused:
            return move(to: .sealing(server), .seal)
        case (.asking, .asked): return move(to: .finished, .finish)
        case (.sealing, .sealed(hasUnsent: true)), (.pushing, .pushed(_, hasUnsent: true)):
            return move(to: .pushing, .push(isOrderKnown: true))
        case (.sealing(let server), .sealed), (.pushing, .pushed(let server, _)):
            return move(to: .checking, .checkSnapshot(server))
        case (.pushing, .refusedAsFork): return try rotateReplicaID(.rotateReplicaID)
        case (.checking, .checkedSnapshot(isDue: true)): return move(to: .making, .makeSnapshot)
        case (.checking, .checkedSnapshot), (.making, .madeSnapshot),
            (.pushing, .refusedToWrite), (.making, .refusedToWrite):
            return move(to: .finished, .finish)
        default: throw unexpected(event)
        }
    }

    private mutating func rotateReplicaID(_ action: Action) throws(SessionError) -> Action {
        replicaIDRotations += 1
        guard replicaIDRotations <= Limits.sessionReplicaIDRotations else { throw .forkedAgain }
        return move(to: .rotating, action)
    }

    private mutating func move(to next: State, _ action: Action) -> Action {
        state = next
        return action
    }

    private func unexpected(_ event: Event) -> SessionError {
        .unexpected(event: event.name, state: state.name)
    }
}

extension SyncSession.Event {
    /// The case alone: what comes with it may be megabytes.
    fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}

extension SyncSession.State {
    /// The case alone.
    fileprivate var name: String { "\(self)".prefix { $0 != "(" }.description }
}

/// Why a session stopped; what was applied or acknowledged before counts.
package enum SessionError: Error, Equatable, CustomStringConvertible {
    /// An event came that the session was not waiting for.
    case unexpected(event: String, state: String)
    /// The server refuses a replica that was made a moment ago.
    case forkedAgain
    /// The server's epoch changes while one sync runs.
    case forgetsAgain
    /// The server dropped segments and has no snapshot of them.
    case noSnapshot
    /// An answer of the server holds what cannot be.
    case impossibleAnswer(String)
    /// The server never came to an end.
    case endless(steps: Int)
    /// So many pages held nothing that a device of the account sealed.
    case junk(pages: Int)

    /// What happened.
    package var description: String {
        switch self {
        case .unexpected(let event, let state):
            "The sync session got '\(event)' while \(state)."
        case .forkedAgain:
            "The server refuses this device's changes although it began anew. Nothing is lost; "
                + "try again later, and tell the server's operator if it goes on."
        case .forgetsAgain:
            "The server was restored twice while this sync ran. Nothing is lost; try again."
        case .noSnapshot:
            "The server no longer has the older changes, nor a snapshot of them. Nothing is lost "
                + "here; tell the server's operator."
        case .impossibleAnswer(let what):
            "The server's answer cannot be right: \(what). Nothing was changed; tell the server's "
                + "operator if it goes on."
        case .endless(let steps):
            "The server sent pages without end; stopped after \(steps) steps. Try again later."
        case .junk(let pages):
            "The server sent \(pages) pages of changes that no device of this account sealed. "
                + "Nothing is lost. Sync again to go on behind them; tell the server's operator if "
                + "there is no end."
        }
    }
}
