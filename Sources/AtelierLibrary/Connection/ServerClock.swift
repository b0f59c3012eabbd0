import CreditLedger
import SignedObjects
import Synchronization

/// What the server's clock says, as far as its replies told.
final class ServerClock: Sendable {
    private let device: @Sendable () -> ClockReading
    private let last: UnixTime?
    private let state: Mutex<Int64?>

    /// A clock that starts from the offset of an earlier contact, in milliseconds.
    ///
    /// - Parameter last: Server time at that contact.
    init(device: @escaping @Sendable () -> ClockReading, offset: Int64?, last: UnixTime? = nil) {
        self.device = device
        self.last = last
        state = Mutex(offset)
    }

    /// Milliseconds that server time is ahead of this device's; nil before any contact.
    var offset: Int64? { state.withLock { $0 } }

    /// Server time now.
    var now: UnixTime {
        CorrectedClock.time(device: device().time, offset: offset ?? 0, last: last)
    }

    /// What the device's own clocks say.
    var own: ClockReading { device() }

    /// Takes the `Atelier-Time` of a reply that just came.
    func observe(_ header: String?) {
        guard
            let milliseconds = header.flatMap(Int64.init),
            (0...UnixTime.latest.milliseconds).contains(milliseconds)
        else { return }
        state.withLock { $0 = milliseconds - device().time.milliseconds }
    }
}

/// A device's clock, corrected by what the server's said at the last contact.
enum CorrectedClock {
    /// The corrected time.
    ///
    /// A correction is true for the clock that it was found by. Where that was set since, it leads
    /// to no date at all, or to one before the last contact although the clock itself lies after
    /// it: then the clock alone is believed, until the next reply.
    ///
    /// - Parameters:
    ///   - device: What the device's clock says.
    ///   - offset: By how much the server's was ahead.
    ///   - last: Server time at the last contact.
    static func time(device: UnixTime, offset: Int64, last: UnixTime?) -> UnixTime {
        let sum = device.milliseconds.addingReportingOverflow(offset)
        let dates = 0...UnixTime.latest.milliseconds
        guard !sum.overflow, dates.contains(sum.partialValue) else {
            let present = min(max(device.milliseconds, 0), UnixTime.latest.milliseconds)
            return UnixTime(milliseconds: present)
        }
        let corrected = UnixTime(milliseconds: sum.partialValue)
        guard let last else { return corrected }
        let isStale =
            last - corrected > LedgerLimits.clockTolerance
            && last - device <= LedgerLimits.clockTolerance
        return isStale ? device : corrected
    }
}
