/// Which segment of the account's order: the number that the server gave to it, the same for every
/// device.
public struct ServerSequence: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// From 1 to ``Limits/lastSequence``; 0 is ``none``. What a transport read may be any number: a
    /// ``Synchronizer`` checks it.
    public let rawValue: Int64

    /// Before the first segment. Where a change says since when it is known: since nobody knows
    /// when, or since the segment that carries it.
    public static let none = ServerSequence(0)

    /// The sequence with this number.
    @inline(__always)
    public init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The sequence with this number.
    @inline(__always)
    public init(integerLiteral value: Int64) {
        self.init(value)
    }

    /// The number.
    public var description: String { "\(rawValue)" }

    /// Orders as the numbers do.
    @inline(__always)
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The sequence `count` segments further on; never more than `Int64` holds.
    public static func + (sequence: Self, count: Int64) -> Self {
        let (sum, overflow) = sequence.rawValue.addingReportingOverflow(count)
        return Self(overflow ? (count < 0 ? .min : .max) : sum)
    }

    /// How many segments come after `right`, up to `left`; never more than `Int64` holds.
    public static func - (left: Self, right: Self) -> Int64 {
        let (count, overflow) = left.rawValue.subtractingReportingOverflow(right.rawValue)
        return overflow ? (left < right ? .min : .max) : count
    }
}
