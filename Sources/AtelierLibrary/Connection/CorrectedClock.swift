import CreditLedger
import SignedObjects

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
