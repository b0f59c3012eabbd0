/// A hybrid logical clock: follows the wall clock, never falls, and never falls behind what it saw.
///
/// A value without side effects: the caller reads the wall clock and stores the state.
///
/// - Note: Kulkarni et al., *Logical Physical Clocks*, 2014. The bound on the lead is ours.
public struct HybridClock: Sendable, Equatable {
    /// The latest moment issued or received.
    public private(set) var latest: HybridTimestamp

    /// A clock that continues after `latest`.
    public init(latest: HybridTimestamp = .zero) {
        self.latest = latest
    }

    /// Issues the next moment: after all issued and received before, and not before `wall`.
    ///
    /// - Parameter wall: This device's wall clock, in milliseconds since 1970 UTC.
    /// - Throws: ``ClockError/exhausted`` in the year 6429.
    public mutating func tick(wall: UInt64) throws(ClockError) -> HybridTimestamp {
        let physical = HybridTimestamp(milliseconds: wall, counter: 0)
        // Carrying from the counter into the milliseconds borrows from the future by 1 ms.
        let next = max(physical, HybridTimestamp(rawValue: latest.rawValue + 1))
        guard next.milliseconds < HybridTimestamp.latestMilliseconds else { throw .exhausted }
        latest = next
        return next
    }

    /// Moves past a moment that another replica issued, so that later writes here sort after it.
    ///
    /// - Parameters:
    ///   - remote: The moment on the received change.
    ///   - wall: This device's wall clock, in milliseconds since 1970 UTC.
    ///   - tolerance: How far ahead of `wall` a moment is believed.
    /// - Throws: ``ClockError/tooFarAhead(by:limit:)``; the clock is unchanged.
    public mutating func receive(
        _ remote: HybridTimestamp, wall: UInt64, tolerance: Duration
    ) throws(ClockError) {
        if remote.milliseconds > wall {
            let lead = Duration.milliseconds(Int64(remote.milliseconds - wall))
            guard lead <= tolerance else { throw .tooFarAhead(by: lead, limit: tolerance) }
        }
        latest = max(latest, remote)
    }
}
