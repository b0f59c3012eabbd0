import AtelierProtocol
import SignedObjects
import Synchronization

/// Compares this machine's clock with one that cannot be set, since the program began.
///
/// A step forward would end leases before their time and date new ones years ahead, so nothing is
/// lent or signed after one, until the clock is right again or the operator says that it is.
final class StepGuard: Sendable {
    /// What was seen of the clock since the program began.
    struct Counts {
        /// Contacts with the ledger that were refused.
        var refusals = 0
        /// Steps back of over ``Limits/clockStep``.
        var stepsBack = 0
        /// How far the last of them went.
        var lastStepBack = Duration.zero
    }

    private struct State {
        var wall: UnixTime
        var monotonic: Duration
        var counts = Counts()
    }

    private let monotonic: @Sendable () -> Duration
    private let state: Mutex<State>

    /// Begins to compare, with a clock that was checked.
    ///
    /// - Parameters:
    ///   - now: This machine's clock.
    ///   - monotonic: Time since any moment; it only goes on.
    init(at now: UnixTime, monotonic: @escaping @Sendable () -> Duration) {
        self.monotonic = monotonic
        state = Mutex(State(wall: now, monotonic: monotonic()))
    }

    /// What was seen so far.
    var counts: Counts { state.withLock { $0.counts } }

    /// How far `now` is ahead of the time that has passed; never below zero.
    ///
    /// A clock that lags, or was set back, is where it counts from then on.
    func lead(of now: UnixTime) -> Duration {
        let passed = monotonic()
        return state.withLock { state in
            let lead = (now - state.wall) - (passed - state.monotonic)
            guard lead < .zero else { return lead }
            (state.wall, state.monotonic) = (now, passed)
            if lead < .zero - Limits.clockStep {
                state.counts.stepsBack += 1
                state.counts.lastStepBack = .zero - lead
            }
            return .zero
        }
    }

    /// Counts from `now` on: the operator has said that the clock is right.
    func accept(_ now: UnixTime) {
        let passed = monotonic()
        state.withLock { ($0.wall, $0.monotonic) = (now, passed) }
    }

    /// - Throws: ``ServerError`` of the kind `unavailable` where `now` is more than
    ///   ``Limits/clockStep`` further ahead than the time that has passed allows.
    func check(_ now: UnixTime) throws {
        let lead = lead(of: now)
        guard lead > Limits.clockStep else { return }
        state.withLock { $0.counts.refusals += 1 }
        throw ServerError.refused(
            .unavailable,
            detail: "The server's clock went \(lead.components.seconds) s ahead at once. Its "
                + "operator has to set it; nothing is lent or signed until then.",
            retryAfter: Limits.clockStepRetry)
    }
}
