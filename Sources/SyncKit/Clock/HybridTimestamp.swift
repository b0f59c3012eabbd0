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
