import AtelierProtocol
import SignedObjects
import Synchronization

/// Takes away what only the last minutes needed: used nonces and counts.
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
