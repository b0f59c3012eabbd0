public import SignedObjects

/// What the server's clock and the device's said at one moment.
public struct ClockPair: Codable, Sendable, Hashable {
    /// Server time.
    public let server: UnixTime
    /// The device's own clock, uncorrected.
    public let own: UnixTime

    /// Takes both.
    public init(server: UnixTime, own: UnixTime) {
        self.server = server
        self.own = own
    }

    /// Whether both said the same.
    var agree: Bool {
        max(server - own, own - server) <= LedgerLimits.clockTolerance
    }
}

// The server's time is believed against the device's own clock, and never for ever.
extension DeviceWallet {
    /// Refuses a step forward that the device's own clock has not seen: both agreed before, its own
    /// went on, and the server is far ahead now.
    func checkTime(_ time: UnixTime, own: UnixTime?) throws(LedgerError) {
        guard let own, let clockPair, clockPair.agree, clockPair.own <= own,
            time - own > LedgerLimits.clockStep
        else { return }
        throw .serverClockAhead(by: time - own, limit: LedgerLimits.clockStep)
    }

    /// Whether the server's time was wrong before: it is lower now, and the device's own clock says
    /// the same. One of both alone could be an old reply, or a clock that was set.
    func isTimeSetBack(to time: UnixTime, own: UnixTime?) -> Bool {
        guard let own, let serverTime, serverTime - time > LedgerLimits.clockTolerance else {
            return false
        }
        return ClockPair(server: time, own: own).agree
    }
}
