import SignedObjects
import Synchronization

/// Who is beyond a limit for now: turned away at no cost, where the database would say the same.
final class ExcessMemory: Sendable {
    /// The most that are kept; one more is not, and costs a transaction each time.
    static let capacity = 10_000

    private let ends = Mutex<[String: Int64]>([:])

    /// Keeps `excess` in mind until its window ends.
    func note(_ excess: RateExcess, now: UnixTime) {
        ends.withLock { ends in
            if ends.count >= Self.capacity { ends = ends.filter { now.milliseconds < $0.value } }
            if ends.count < Self.capacity { ends[excess.bucket] = excess.until }
        }
    }

    /// - Throws: What the sender is told, where one of `counts` is beyond its limit already.
    func check(_ counts: [Rate.Count], now: UnixTime) throws(ServerError) {
        let full = ends.withLock { ends in
            counts.first { count in
                guard let end = ends[count.bucket] else { return false }
                // A clock that was set back begins another window.
                return now.milliseconds < end && end == count.window.end(after: now)
            }
        }
        if let full { throw full.excess(now: now).refusal }
    }
}
