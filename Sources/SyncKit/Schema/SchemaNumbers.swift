/// The number under which a synced table travels and is kept; see ``SyncedTable/id``.
public struct TableID: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// From 1 to ``Limits/tables`` in a schema that ``SyncSchema`` accepts.
    public let rawValue: Int

    /// The one with this number.
    @inline(__always)
    public init(_ rawValue: Int) {
        self.rawValue = rawValue
    }

    /// The one with this number.
    public init(integerLiteral value: Int) {
        self.init(value)
    }

    /// The number: the names of the engine's own tables end with it.
    public var description: String { "\(rawValue)" }

    /// Orders as the numbers do; rows travel in this order of their tables.
    @inline(__always)
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The number under which a synced column travels and is kept; see ``SyncedColumn/id``.
public struct ColumnID: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// From 1 to ``Limits/columns`` in a schema that ``SyncSchema`` accepts.
    public let rawValue: UInt8

    /// The one with this number.
    @inline(__always)
    public init(_ rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The one with this number.
    public init(integerLiteral value: UInt8) {
        self.init(value)
    }

    /// The number.
    public var description: String { "\(rawValue)" }

    /// Orders as the numbers do.
    @inline(__always)
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// Stands for a row as a whole where a column is asked for; no declared column has it.
    package static let wholeRow = ColumnID(0)

    /// The bit that stands for the column in a set of columns.
    @inline(__always)
    var bit: UInt64 { 1 << UInt64(rawValue) }
}
