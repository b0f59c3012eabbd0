import Synchronization
package import SyncKit

/// One device's wall clock: the true time and an error that may jump.
package final class DeviceClock: Sendable {
    private let time: SimulatedTime
    private let error: Mutex<Int64>
    private let generator: Mutex<SeededGenerator>

    /// A clock that is `error` milliseconds ahead of the true time.
    package init(time: SimulatedTime, error: Int64, seed: UInt64) {
        self.time = time
        self.error = Mutex(error)
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// What it shows, in milliseconds since 1970 UTC.
    package var wallMilliseconds: UInt64 {
        UInt64(clamping: Int64(clamping: time.now) + error.withLock { $0 })
    }

    /// Sets it forward or back.
    package func jump(by milliseconds: Int64) {
        error.withLock { $0 += milliseconds }
    }

    /// What an engine on this device asks of the world.
    package var environment: SyncEnvironment {
        SyncEnvironment(
            wallMilliseconds: { self.wallMilliseconds },
            randomBytes: { count in self.generator.withLock { $0.bytes(count) } })
    }
}
