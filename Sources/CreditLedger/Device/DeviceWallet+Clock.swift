public import SignedObjects

/// What the device's own clocks say at one moment, uncorrected.
public struct ClockReading: Sendable, Hashable {
    /// The wall clock, which can be set.
    public let time: UnixTime
    /// The clock that cannot be set; nil where the system has none.
    public let boot: BootTime?

    /// A reading of both, taken at the same moment.
    public init(time: UnixTime, boot: BootTime? = nil) {
        self.time = time
        self.boot = boot
    }
}

/// What the server's clock and the device's said at one moment.
public struct ClockPair: Codable, Sendable, Hashable {
    /// Server time.
    public let server: UnixTime
    /// The device's own wall clock, uncorrected.
    public let own: UnixTime
    /// The device's clock that cannot be set, where it has one.
    public let boot: BootTime?

    /// The server's time, and what the device's clocks said when it came.
    public init(server: UnixTime, own: ClockReading) {
        self.server = server
        self.own = own.time
        boot = own.boot
    }

    /// Whether both wall clocks said the same.
    public var agree: Bool {
        max(server - own, own - server) <= LedgerLimits.clockTolerance
    }
}

// The server's time is believed against the device's own clocks, and never for ever.
extension DeviceWallet {
    /// Refuses a step forward of the server's clock that the device's own clocks have not seen.
    ///
    /// Within one start of the device's machine the clock that cannot be set decides: the server's
    /// time may not go further ahead than time has passed. Else the wall clocks do: both agreed
    /// before, the device's went on, and the server is far ahead now. Where both wall clocks agree
    /// now, the server was wrong before and is right now.
    func checkTime(_ time: UnixTime, own: ClockReading?) throws(LedgerError) {
        guard let own, let last = clockPair, !ClockPair(server: time, own: own).agree else {
            return
        }
        let lead: Duration
        if let since = last.boot, let elapsed = own.boot?.elapsed(since: since) {
            lead = time - last.server - elapsed
        } else {
            guard last.agree, last.own <= own.time else { return }
            lead = time - own.time
        }
        guard lead > LedgerLimits.clockStep else { return }
        throw .serverClockAhead(by: lead, limit: LedgerLimits.clockStep)
    }

    /// Whether the server's time was wrong before: it is lower now, and the device's own clock says
    /// the same. One of both alone could be an old reply, or a clock that was set.
    func isTimeSetBack(to time: UnixTime, own: ClockReading?) -> Bool {
        guard let own, let serverTime, serverTime - time > LedgerLimits.clockTolerance else {
            return false
        }
        return ClockPair(server: time, own: own).agree
    }

    /// Server time as far as it is known here: at least `now`, the highest time that the server
    /// told, and that time with what has passed since by the device's own clocks.
    ///
    /// So a lease lasts no longer than it was lent for, whatever the server's time was then and
    /// however the device's clock is set.
    func effective(_ now: UnixTime) -> UnixTime {
        guard let serverTime else { return now }
        guard let present, let last = clockPair else { return max(now, serverTime) }
        let elapsed =
            last.boot.flatMap { present.boot?.elapsed(since: $0) } ?? (present.time - last.own)
        return max(now, serverTime, last.server + max(.zero, elapsed))
    }

    /// Whether a reply with server time `time` was made long ago: more has passed since the last
    /// contact by the clock that cannot be set.
    func isOld(_ time: UnixTime, own: ClockReading?) -> Bool {
        guard let last = clockPair, let since = last.boot,
            let elapsed = own?.boot?.elapsed(since: since)
        else { return false }
        return last.server + elapsed - time > LedgerLimits.clockTolerance
    }

    /// Whether a lease was issued in a future that the server has taken back since.
    ///
    /// The server lets it end as if it had been issued when its time was set back, so its own dates
    /// no longer say until when it may be used.
    func isDatedAhead(_ lease: Lease, now: UnixTime) -> Bool {
        datedAhead.contains(lease.lease)
            || lease.issued - effective(now) > LedgerLimits.clockTolerance
    }

    /// Keeps in mind which leases lie ahead of `time`: an old reply from that future must not make
    /// them usable again.
    mutating func noteLeasesDatedAhead(of time: UnixTime) {
        let ahead = leases.values.map(\.payload).filter {
            $0.issued - time > LedgerLimits.clockTolerance
        }
        datedAhead.formUnion(ahead.map(\.lease))
    }

    /// By how much the device's wall clock was set forward since the last contact, below zero:
    /// back;
    /// nil where it was not, or that cannot be known.
    ///
    /// It can be within one start of the device's machine, and counts beyond ten minutes.
    public var clockStep: Duration? {
        guard let present, let last = clockPair, let since = last.boot,
            let elapsed = present.boot?.elapsed(since: since)
        else { return nil }
        let step = (present.time - last.own) - elapsed
        return max(step, .zero - step) > LedgerLimits.clockTolerance ? step : nil
    }

    /// Takes the wall clock as it is set now for the one of the last contact, with the server's
    /// time
    /// that it had then, so that ``clockStep`` counts from here.
    public mutating func acceptClockStep() {
        guard let step = clockStep, let present, let last = clockPair else { return }
        clockPair = ClockPair(
            server: last.server,
            own: ClockReading(time: last.own + step, boot: last.boot ?? present.boot))
    }

    /// Whether the next contact will exchange leases that are dated ahead for others: it is due at
    /// once, for until then they cannot be used.
    ///
    /// - Parameter now: The device's corrected clock.
    public func hasLeasesDatedAhead(now: UnixTime) -> Bool {
        unspentLeases.contains { isDatedAhead($0.payload, now: now) }
    }
}
