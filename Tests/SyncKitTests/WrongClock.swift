import SyncKit
import Synchronization
import TestSupport

/// A device's clock, which may be set wrong while the device runs.
final class WrongClock: Sendable {
    private let time: SimulatedTime
    private let skew = Mutex<Int64>(0)

    init(_ time: SimulatedTime) {
        self.time = time
    }

    /// Sets the clock to differ by so many milliseconds from the right time.
    func set(_ milliseconds: Int64) {
        skew.withLock { $0 = milliseconds }
    }

    var environment: SyncEnvironment {
        let right = time.environment()
        return SyncEnvironment(
            wallMilliseconds: {
                UInt64(clamping: Int64(self.time.now) + self.skew.withLock { $0 })
            }, randomBytes: right.randomBytes)
    }
}
