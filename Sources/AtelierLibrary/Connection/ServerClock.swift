import AtelierProtocol
import CreditLedger
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKitHTTP

/// The server's clock, by the times in its replies.
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

    /// The device's own clocks, uncorrected.
    var own: ClockReading { device() }

    /// Reads the `Atelier-Time` header of a reply that just arrived, in milliseconds since 1970
    /// UTC.
    func observe(_ reply: HTTPReply) {
        guard
            let milliseconds = reply.headers[.atelierTime].flatMap(Int64.init),
            (0...UnixTime.latest.milliseconds).contains(milliseconds)
        else { return }
        state.withLock { $0 = milliseconds - device().time.milliseconds }
    }
}

/// A device's clock, corrected by the offset to the server's clock at the last contact.
enum CorrectedClock {
    /// The corrected time.
    ///
    /// An offset is valid for the clock it was measured with. If the device's clock was set since,
    /// the sum is no date at all, or lies before the last contact although the clock itself lies
    /// after it: then the device's clock is used alone, until the next reply.
    ///
    /// - Parameters:
    ///   - device: The device's own time.
    ///   - offset: Milliseconds that the server's clock was ahead.
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
