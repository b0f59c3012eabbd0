/// The course of one sync as a state machine: events in, actions out; no network, disk or time.
///
/// Pushes what an earlier sync left, pulls until the server has no more, seals what is unsent,
/// pushes it segment by segment, makes a snapshot where one is due, and finishes. Every step may
/// fail and the whole be started again: the store remembers what counted.
package struct SyncSession: Sendable {
    /// What the shell does next.
    package enum Action: Hashable, Sendable {
        /// Ask for the page after the store's cursor.
        case pull
        /// Apply the page that was pulled.
        case apply
        /// Load the newest snapshot: the segments after the cursor are gone.
        case loadSnapshot
        /// Begin anew with a server that lost its memory.
        case meetServer
        /// Pull and merge everything again.
        case repair
        /// Seal the unsent changes.
        case seal
        /// Push the oldest sealed segment.
        case push
        /// Pull all again under the new name that was taken while a page was merged.
        case forgetCursor
        /// Go on as a new replica: another copy of the database used this one's numbers.
        case reincarnate
        /// Make a snapshot and hand it over.
        case makeSnapshot
        /// All is done.
        case finish
    }

    /// What happened in the world.
    package enum Event: Hashable, Sendable {
        case started
        /// Segments of an earlier sync wait for the server.
        case startedWithUnsent
        /// The server has other segments after the cursor, or `segments` is 0.
        case pulled(segments: Int)
        /// The segments after the cursor are gone.
        case pulledBelowFloor
        /// The server's epoch is another, or it has less than this replica had from it.
        case serverForgot
        case applied
        case appliedDifferent
        /// Another copy of the database used this one's name, which has a new one since.
        case appliedAndReincarnated
        case loaded
        case met
        case repaired
        case sealed(hasUnsent: Bool)
        case pushed(hasUnsent: Bool)
        case refusedAsFork
        case reincarnated
        case pushedAll(isSnapshotDue: Bool)
        case madeSnapshot
    }

    private enum State {
        case idle, resuming, pulling, applying, loading, meeting, repairing
        case sealing, pushing, reincarnating, checking, making, finished
    }

    private var state = State.idle
    private var steps = 0
    private var reincarnations = 0
    private var hasMet = false
    private var hasRepaired = false
    private var hasLoaded = false
    private let pushes: Bool

    /// A session; without `pushes` it only pulls, as for an account that may not write now.
    package init(pushes: Bool) {
        self.pushes = pushes
    }

    /// Takes an event and says what to do.
    ///
    /// - Throws: ``SessionError`` where the event does not fit, or the server never comes to an
    /// end.
    package mutating func handle(_ event: Event) throws(SessionError) -> Action {
        steps += 1
        guard steps <= Limits.sessionSteps else { throw .endless(steps: steps) }
        switch (state, event) {
        case (.idle, .started), (.resuming, .pushed(hasUnsent: false)):
            return move(to: .pulling, .pull)
        case (.idle, .startedWithUnsent):
            // To pull is to say "I hold this": what was sealed before must not come after it, or
            // a row could rise whose deletion all seem to have seen.
            return pushes ? move(to: .resuming, .push) : move(to: .pulling, .pull)
        case (.resuming, .pushed(hasUnsent: true)): return move(to: .resuming, .push)
        case (.pulling, _): return try handlePull(event)
        case (.applying, .applied), (.loading, .loaded):
            return move(to: .pulling, .pull)
        case (.meeting, .met), (.repairing, .repaired), (.reincarnating, .reincarnated):
            // From 0 on, a snapshot may be needed once more.
            hasLoaded = false
            return move(to: .pulling, .pull)
        case (.applying, .appliedAndReincarnated):
            return try reincarnate(.forgetCursor)
        case (.applying, .appliedDifferent):
            guard !hasRepaired else { return move(to: .pulling, .pull) }
            hasRepaired = true
            return move(to: .repairing, .repair)
        case (.resuming, .refusedAsFork):
            // What the server has, and whether it has lost something, says the pull.
            return move(to: .pulling, .pull)
        case (.pushing, .refusedAsFork):
            return try reincarnate(.reincarnate)
        case (.sealing, .sealed(hasUnsent: true)), (.pushing, .pushed(hasUnsent: true)):
            return move(to: .pushing, .push)
        case (.sealing, .sealed), (.pushing, .pushed):
            return move(to: .checking, .finish)
        case (.checking, .pushedAll(isSnapshotDue: true)):
            return move(to: .making, .makeSnapshot)
        case (.checking, .pushedAll), (.making, .madeSnapshot):
            return move(to: .finished, .finish)
        default: throw .unexpected(event: "\(event)", state: "\(state)")
        }
    }

    private mutating func handlePull(_ event: Event) throws(SessionError) -> Action {
        switch event {
        case .pulled(segments: 0):
            return pushes ? move(to: .sealing, .seal) : move(to: .finished, .finish)
        case .pulled: return move(to: .applying, .apply)
        case .pulledBelowFloor:
            guard !hasLoaded else { throw .noSnapshot }
            hasLoaded = true
            return move(to: .loading, .loadSnapshot)
        case .serverForgot:
            guard !hasMet else { throw .forgetsAgain }
            hasMet = true
            return move(to: .meeting, .meetServer)
        default: throw .unexpected(event: "\(event)", state: "\(state)")
        }
    }

    private mutating func reincarnate(_ action: Action) throws(SessionError) -> Action {
        reincarnations += 1
        guard reincarnations <= 3 else { throw .forkedAgain }
        return move(to: .reincarnating, action)
    }

    private mutating func move(to next: State, _ action: Action) -> Action {
        state = next
        return action
    }
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
    /// The server never came to an end.
    case endless(steps: Int)

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
        case .endless(let steps):
            "The server sent pages without end; stopped after \(steps) steps. Try again later."
        }
    }
}
