/// When the next run is due; knows no clock, no store and no network.
///
/// Times are durations since some fixed moment, and never fall.
package struct SyncSchedule: Sendable {
    /// What to do at a time.
    package enum Step: Equatable, Sendable {
        /// Run now.
        case run(SyncCause)
        /// Ask again at this time.
        case wait(until: Duration)
        /// Nothing is due, or a run is under way.
        case rest
    }

    private let pace: SyncEngine.Pace
    /// In low-data mode nothing runs but for writes and wishes.
    package private(set) var isLowData = false
    private var isRunning = false
    private var due: (time: Duration, cause: SyncCause)?
    private var firstWrite: Duration?
    private var backoff: Backoff

    /// A schedule on which nothing is due.
    package init(pace: SyncEngine.Pace) {
        self.pace = pace
        backoff = Backoff(pace.retryDelays)
    }

    /// Runs that failed one after the other.
    package var failures: Int { backoff.failures }

    /// A local write: due a little after the last of several, and not long after the first.
    package mutating func wrote(at now: Duration) {
        let first = firstWrite ?? now
        firstWrite = first
        guard failures == 0 else { return }
        let factor = isLowData ? SyncEngine.Pace.lowDataFactor : 1
        let last = min(now + pace.writeDelay * factor, first + pace.longestWriteDelay * factor)
        if due?.cause == .write { due = nil }
        bringForward(to: last, .write)
    }

    /// The server has something new. Whoever tells so can be reached, so nothing waits for a retry.
    package mutating func heardNews(at now: Duration) {
        if !isLowData { bringForward(to: now, .news) }
    }

    /// The app wishes a run now; one that is under way is followed by another.
    package mutating func wished(at now: Duration) {
        due = (min(due?.time ?? now, now), .wish)
    }

    /// Switches low-data mode on or off.
    package mutating func setLowData(_ isLowData: Bool, at now: Duration) {
        self.isLowData = isLowData
        if isLowData, due?.cause == .interval || due?.cause == .news { due = nil }
        if !isLowData { bringForward(to: now, .interval) }
    }

    /// What is to be done; where it is ``Step/run(_:)``, the run counts as begun.
    package mutating func next(at now: Duration) -> Step {
        guard !isRunning, let due else { return .rest }
        guard due.time <= now else { return .wait(until: due.time) }
        isRunning = true
        (self.due, firstWrite) = (nil, nil)
        return .run(due.cause)
    }

    /// A run has ended well, or was not needed.
    ///
    /// - Parameter hasMore: Whether something was written meanwhile.
    package mutating func succeeded(at now: Duration, hasMore: Bool) {
        isRunning = false
        backoff.reset()
        if hasMore { wrote(at: now) }
        if !isLowData { bringForward(to: now + pace.interval, .interval) }
    }

    /// A run has failed: the next one is due after a ``Backoff``.
    ///
    /// - Parameter part: 0 to 1, at random.
    package mutating func failed(at now: Duration, part: Double) {
        isRunning = false
        if due?.cause != .wish { due = nil }
        bringForward(to: now + backoff.next(leavingOut: part), .retry)
    }

    /// Nothing is due any more; what failed before is forgotten.
    package mutating func stop() {
        let isLowData = isLowData
        self = SyncSchedule(pace: pace)
        self.isLowData = isLowData
    }

    private mutating func bringForward(to time: Duration, _ cause: SyncCause) {
        // A wish is due at once, and outlives a failure.
        if let due, due.time <= time || due.cause == .wish { return }
        due = (time, cause)
    }
}

/// Why a run begins.
package enum SyncCause: Equatable, Sendable {
    /// Something was written here.
    case write
    /// The server has something new.
    case news
    /// The app wishes it.
    case wish
    /// Some time has passed.
    case interval
    /// The run before failed.
    case retry
}
