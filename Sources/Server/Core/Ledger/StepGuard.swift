import AtelierProtocol
import SignedObjects
import Synchronization

/// Compares this machine's clock with one that cannot be set, since the program began.
///
/// A step forward would end leases before their time and date new ones years ahead.
final class StepGuard: Sendable {
    private let monotonic: @Sendable () -> Duration
    private let start: Mutex<(wall: UnixTime, monotonic: Duration)?>

    /// - Parameter monotonic: Time since any moment; it only goes on.
    init(monotonic: @escaping @Sendable () -> Duration) {
        self.monotonic = monotonic
        start = Mutex(nil)
    }

    /// - Throws: ``ServerError`` of the kind `unavailable` where `now` is further ahead than the
    ///   time that has passed allows.
    func check(_ now: UnixTime) throws {
        let passed = monotonic()
        let lead = start.withLock { start in
            guard let known = start else {
                start = (now, passed)
                return Duration.zero
            }
            let lead = (now - known.wall) - (passed - known.monotonic)
            // A clock that was set back, or lags, is where it counts from.
            if lead < .zero { start = (now, passed) }
            return lead
        }
        guard lead > Limits.clockStep else { return }
        throw ServerError.refused(
            .unavailable,
            detail: "The server's clock went \(lead.components.seconds) s ahead at once. Its "
                + "operator has to set it, or to start the server again where it is right.",
            retryAfter: Limits.clockStepRetry)
    }
}
