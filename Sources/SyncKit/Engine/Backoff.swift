/// Waits that double from one failure to the next up to a limit, each less up to a half of it, so
/// that devices that lost one server do not all return at once.
package struct Backoff: Sendable {
    private let delays: ClosedRange<Duration>
    /// Failures one after the other.
    package private(set) var failures = 0

    /// Nothing has failed yet; the first whole delay and the longest.
    package init(_ delays: ClosedRange<Duration>) {
        self.delays = delays
    }

    /// The wait after one more failure.
    ///
    /// - Parameter part: 0 to 1: how much of the half is left out.
    package mutating func next(leavingOut part: Double) -> Duration {
        // 2 to the 20th of any useful delay is past any useful limit.
        let whole = min(delays.lowerBound * (1 << min(failures, 20)), delays.upperBound)
        failures += 1
        return whole * (1 - min(max(part, 0), 1) / 2)
    }

    /// Something succeeded.
    package mutating func reset() { failures = 0 }
}
