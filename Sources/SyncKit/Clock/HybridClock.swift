/// A hybrid logical clock: follows the wall clock, never falls, and never falls behind what it saw.
///
/// A value without side effects: the caller reads the wall clock and stores the state.
///
/// - Note: Kulkarni et al., *Logical Physical Clocks*, 2014. The bound on the lead is ours.
public struct HybridClock: Sendable, Equatable {
    /// The latest moment issued or received.
    public private(set) var latest: HybridTimestamp

    /// A clock that continues after `latest`.
    public init(latest: HybridTimestamp = .zero) {
        self.latest = latest
    }

    /// Issues the next moment: after all issued and received before, and not before `wall`.
    ///
    /// - Parameter wall: This device's wall clock, in milliseconds since 1970 UTC.
    /// - Throws: ``ClockError/exhausted`` in the year 6429.
    public mutating func tick(wall: UInt64) throws(ClockError) -> HybridTimestamp {
        let physical = HybridTimestamp(milliseconds: wall, counter: 0)
        // Carrying from the counter into the milliseconds borrows from the future by 1 ms.
        let next = max(physical, HybridTimestamp(rawValue: latest.rawValue + 1))
        guard next.milliseconds < HybridTimestamp.latestMilliseconds else { throw .exhausted }
        latest = next
        return next
    }

    /// Moves past a moment that another replica issued, so that later writes here sort after it.
    ///
    /// - Parameters:
    ///   - remote: The moment on the received change.
    ///   - wall: This device's wall clock, in milliseconds since 1970 UTC.
    ///   - tolerance: How far ahead of `wall` a moment is believed.
    /// - Throws: ``ClockError/tooFarAhead(by:limit:)``; the clock is unchanged.
    public mutating func receive(
        _ remote: HybridTimestamp, wall: UInt64, tolerance: Duration
    ) throws(ClockError) {
        if remote.milliseconds > wall {
            let lead = Duration.milliseconds(Int64(remote.milliseconds - wall))
            guard lead <= tolerance else { throw .tooFarAhead(by: lead, limit: tolerance) }
        }
        latest = max(latest, remote)
    }
}

/// A moment on the hybrid logical clock: 48 bits of milliseconds since 1970 UTC, 16 of counter.
///
/// Sorts as time does; ties between replicas are broken by ``ReplicaID``, see ``Stamp``.
public struct HybridTimestamp: Hashable, Sendable, Comparable {
    /// The 64 bits: milliseconds above, counter below.
    public let rawValue: UInt64

    /// The moment with the given bits.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The moment at `milliseconds` since 1970 UTC, cut to 48 bits, and `counter` within it.
    public init(milliseconds: UInt64, counter: UInt16) {
        rawValue = min(milliseconds, Self.latestMilliseconds) << 16 | UInt64(counter)
    }

    /// Milliseconds since 1970 UTC.
    public var milliseconds: UInt64 { rawValue >> 16 }

    /// How many moments of this millisecond came before.
    public var counter: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// Before every other moment.
    public static let zero = HybridTimestamp(rawValue: 0)

    /// The latest millisecond that 47 bits hold: such a moment stays positive as an SQLite integer.
    package static let latestMilliseconds: UInt64 = 1 << 47 - 1

    /// Orders as time does.
    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A broken rule of the hybrid clock; the clock is unchanged and nothing was written.
public enum ClockError: Error, Equatable, CustomStringConvertible {
    /// A moment lies further in the future than this replica believes.
    case tooFarAhead(by: Duration, limit: Duration)
    /// The 47 bits of milliseconds are used up.
    case exhausted

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .tooFarAhead(let lead, let limit):
            "A change is dated \(lead) in the future; at most \(limit) is believed. "
                + "Check the clocks."
        case .exhausted:
            "The clock stands past the year 6429. Set it right, then try again."
        }
    }
}
