import AtelierProtocol
import SignedObjects
import Synchronization

/// Counts requests in the database, so that a restart resets no count, and refuses those beyond a
/// limit.
struct RateLimiter: ServerService {
    let environment: ServiceEnvironment
    private let cache = RateLimitCache()
    private let sweeper = Sweeper()

    init(_ environment: ServiceEnvironment) {
        self.environment = environment
    }

    /// Deletes used nonces and counts, once a minute.
    func sweep(now: UnixTime) async throws {
        try await sweeper.sweep(database, now: now)
    }

    /// - Throws: The refusal, where one of `counts` is beyond its limit already.
    func check(_ counts: [Rate.Count], now: UnixTime) throws {
        try cache.check(counts, now: now)
    }

    /// What a request of a member counts for: its account by kind, its device, its address.
    func counts(of caller: Caller, _ kind: RequestKind, _ incoming: IncomingRequest) -> [Rate.Count]
    {
        [
            Rate.Count(
                bucket: "\(kind.rawValue) \(caller.account)", limit: kind.limit(by: policy)),
            Rate.Count(bucket: "device \(caller.device)", limit: policy.deviceRequestsPerMinute),
        ] + networkCounts(of: incoming)
    }

    /// What any request counts for at its address.
    func networkCounts(of incoming: IncomingRequest) -> [Rate.Count] {
        // This machine is whoever runs the server, or a proxy that was not named as one.
        guard let network = incoming.sender.network, !network.isLoopback else { return [] }
        return [
            Rate.Count(bucket: "network \(network)", limit: policy.addressRequestsPerMinute)
        ]
    }

    /// What a request without an account counts for.
    func guestCounts(of incoming: IncomingRequest) -> [Rate.Count] {
        incoming.sender.counts(of: "guest", limit: policy.guestRequestsPerMinute)
    }

    /// Counts a request without an account, whatever becomes of it.
    func countGuest(_ incoming: IncomingRequest) async throws {
        let now = clock()
        try await sweep(now: now)
        try await countAlone(guestCounts(of: incoming), now: now)
    }

    /// Counts in a transaction of its own, which no refusal undoes.
    func countAlone(_ counts: [Rate.Count], now: UnixTime) async throws {
        try check(counts, now: now)
        do {
            try await database.write { db in try Rate.count(counts, now: now, in: db) }
        } catch let excess as RateExcess {
            throw note(excess, now: now)
        }
    }

    /// Caches `excess`, and returns the refusal for its sender.
    func note(_ excess: RateExcess, now: UnixTime) -> ServerError {
        cache.note(excess, now: now)
        return excess.refusal
    }
}

/// The senders beyond a limit for now: refused without a query, as the database would do.
final class RateLimitCache: Sendable {
    /// The most that are kept; one more is not, and costs a transaction each time.
    static let capacity = 10_000

    private let ends = Mutex<[String: Int64]>([:])

    /// Caches `excess` until its window ends.
    func note(_ excess: RateExcess, now: UnixTime) {
        ends.withLock { ends in
            if ends.count >= Self.capacity { ends = ends.filter { now.milliseconds < $0.value } }
            if ends.count < Self.capacity { ends[excess.bucket] = excess.until }
        }
    }

    /// - Throws: The refusal, where one of `counts` is beyond its limit already.
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

/// Deletes used nonces and counts whose time is over.
///
/// Once a minute and instance, in a transaction of its own: two requests that both clear up would
/// wait for each other.
final class Sweeper: Sendable {
    private let lastMinute = Mutex<Int64>(0)

    /// Clears up if that was not done in this minute.
    func sweep(_ database: any DatabaseStore, now: UnixTime) async throws {
        let minute = now.milliseconds / 60_000
        let isDue = lastMinute.withLock { last in
            defer { last = minute }
            return last != minute
        }
        guard isDue else { return }
        try await database.write { db in
            // An instance whose clock is behind still accepts proofs that this one no longer does,
            // so the earlier clock decides, with room for one that is further behind.
            let clock = min(now.milliseconds, try db.clock() ?? now.milliseconds)
            let oldest = clock - Limits.nonceLifetime.wholeMilliseconds
            try db.execute("DELETE FROM nonce WHERE time < ?1", [oldest])
            try db.execute("DELETE FROM rate WHERE until <= ?1", [now.milliseconds])
            try ModeratorStore.sweep(db, now: now)
        }
    }
}
