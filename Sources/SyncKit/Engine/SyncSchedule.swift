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
    private var isWishedAgain = false
    private var due: (time: Duration, cause: SyncCause)?
    private var firstWrite: Duration?
    /// Runs that failed one after the other.
    package private(set) var failures = 0

    /// A schedule on which nothing is due.
    package init(pace: SyncEngine.Pace) {
        self.pace = pace
    }

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

    /// The app wishes a run now.
    package mutating func wished(at now: Duration) {
        isWishedAgain = isRunning
        bringForward(to: now, .wish)
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
        ended()
        failures = 0
        if hasMore { wrote(at: now) }
        if !isLowData { bringForward(to: now + pace.interval, .interval) }
        if isWishedAgain { wished(at: now) }
    }

    /// A run has failed: the next one is due after twice the time of the one before, at most the
    /// longest, less up to a half of it, so that devices that failed together do not come together.
    ///
    /// - Parameter part: 0 to 1, at random.
    package mutating func failed(at now: Duration, part: Double) {
        ended()
        failures += 1
        // 2 to the 20th of any useful delay is past any useful limit.
        let doubled = pace.retryDelays.lowerBound * (1 << min(failures - 1, 20))
        let delay = min(doubled, pace.retryDelays.upperBound) * (1 - min(max(part, 0), 1) / 2)
        due = nil
        bringForward(to: now + delay, .retry)
        if isWishedAgain { wished(at: now) }
    }

    /// Nothing is due any more; what failed before is forgotten.
    package mutating func stop() {
        self = SyncSchedule(pace: pace, isLowData: isLowData)
    }

    private init(pace: SyncEngine.Pace, isLowData: Bool) {
        (self.pace, self.isLowData) = (pace, isLowData)
    }

    private mutating func ended() { isRunning = false }

    private mutating func bringForward(to time: Duration, _ cause: SyncCause) {
        if let due, due.time <= time { return }
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
