/// The course of one sync as a state machine: events in, actions out; no network, disk or time.
///
/// Pulls until the server has no more, seals what is unsent, pushes it segment by segment, and
/// finishes. Every step may fail and the whole be started again: the store remembers what counted.
package struct SyncSession: Sendable {
    /// What the shell does next.
    package enum Action: Hashable, Sendable {
        /// Ask for the page after the store's cursor.
        case pull
        /// Apply the page that was pulled.
        case apply
        /// Seal the unsent changes.
        case seal
        /// Push the oldest sealed segment.
        case push
        /// Go on as a new replica: another copy of the database used this one's numbers.
        case reincarnate
        /// All is done.
        case finish
    }

    /// What happened in the world.
    package enum Event: Hashable, Sendable {
        case started
        case pulled(segments: Int)
        case applied
        case sealed(hasUnsent: Bool)
        case pushed(hasUnsent: Bool)
        case refusedAsFork
        case reincarnated
    }

    private enum State { case idle, pulling, applying, sealing, pushing, reincarnating, finished }

    private var state = State.idle
    private var steps = 0
    private var hasReincarnated = false
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
        case (.idle, .started): return move(to: .pulling, .pull)
        case (.pulling, .pulled(segments: 0)):
            return pushes ? move(to: .sealing, .seal) : move(to: .finished, .finish)
        case (.pulling, .pulled): return move(to: .applying, .apply)
        case (.applying, .applied): return move(to: .pulling, .pull)
        case (.sealing, .sealed(hasUnsent: true)), (.pushing, .pushed(hasUnsent: true)):
            return move(to: .pushing, .push)
        case (.sealing, .sealed), (.pushing, .pushed): return move(to: .finished, .finish)
        case (.pushing, .refusedAsFork):
            guard !hasReincarnated else { throw .forkedAgain }
            hasReincarnated = true
            return move(to: .reincarnating, .reincarnate)
        case (.reincarnating, .reincarnated): return move(to: .sealing, .seal)
        default: throw .unexpected(event: "\(event)", state: "\(state)")
        }
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
        case .endless(let steps):
            "The server sent pages without end; stopped after \(steps) steps. Try again later."
        }
    }
}
