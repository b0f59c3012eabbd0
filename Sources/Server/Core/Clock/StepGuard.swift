import AtelierProtocol
import SignedObjects
import Synchronization

/// Compares this machine's clock with one that cannot be set, since the program began.
///
/// A step forward would end leases before their time and date new ones years ahead, so nothing is
/// lent or signed after one, until the clock is right again or the operator says that it is.
final class StepGuard: Sendable {
    /// The clock's steps back of over ``Limits/clockStep`` since the program began.
    struct StepsBack {
        var count = 0
        /// How far the last of them went.
        var last = Duration.zero
    }

    private struct State {
        var wall: UnixTime
        var monotonic: Duration
        var stepsBack = StepsBack()
    }

    private let monotonic: @Sendable () -> Duration
    private let metrics: ServerMetrics
    private let state: Mutex<State>

    /// Begins to compare, with a clock that was checked.
    ///
    /// - Parameters:
    ///   - now: This machine's clock.
    ///   - monotonic: Time since any moment; it only goes on.
    ///   - metrics: Where refusals and steps back are counted.
    init(
        at now: UnixTime, monotonic: @escaping @Sendable () -> Duration, metrics: ServerMetrics
    ) {
        self.monotonic = monotonic
        self.metrics = metrics
        state = Mutex(State(wall: now, monotonic: monotonic()))
    }

    /// What was seen so far.
    var stepsBack: StepsBack { state.withLock { $0.stepsBack } }

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
                state.stepsBack.count += 1
                state.stepsBack.last = .zero - lead
                metrics.stepBack()
            }
            return .zero
        }
    }

    /// Compares from `now` on: the operator has confirmed the clock.
    func accept(_ now: UnixTime) {
        let passed = monotonic()
        state.withLock { ($0.wall, $0.monotonic) = (now, passed) }
    }

    /// - Throws: ``ServerError`` of the kind `unavailable` where `now` is more than
    ///   ``Limits/clockStep`` further ahead than the time that has passed allows.
    func check(_ now: UnixTime) throws {
        let lead = lead(of: now)
        guard lead > Limits.clockStep else { return }
        metrics.refuseForClock()
        throw ServerError.refused(
            .unavailable,
            detail: "The server's clock went \(lead.components.seconds) s ahead at once. Its "
                + "operator has to set it; nothing is lent or signed until then.",
            retryAfter: Limits.clockStepRetry)
    }
}
