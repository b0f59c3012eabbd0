import Synchronization
package import SyncKit

/// A clock that moves only when it is told to, and random numbers from a seed.
package final class SimulatedTime: Sendable {
    private let milliseconds: Mutex<UInt64>
    private let generator: Mutex<SeededGenerator>

    /// A clock at `milliseconds` since 1970 UTC.
    package init(milliseconds: UInt64 = 1_760_000_000_000, seed: UInt64) {
        self.milliseconds = Mutex(milliseconds)
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// Now, in milliseconds since 1970 UTC.
    package var now: UInt64 { milliseconds.withLock { $0 } }

    /// Moves the clock forward.
    package func advance(by step: UInt64) {
        milliseconds.withLock { $0 += step }
    }

    /// The world of a replica whose clock differs from this one by `skew` milliseconds.
    package func environment(skew: Int64 = 0) -> SyncEnvironment {
        SyncEnvironment(
            wallMilliseconds: { UInt64(clamping: Int64(self.now) + skew) },
            randomBytes: { count in self.generator.withLock { $0.bytes(count) } })
    }
}
