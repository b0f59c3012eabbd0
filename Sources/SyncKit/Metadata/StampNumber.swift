/// The number under which this database stores a stamp: numbers rise in the order in which stamps
/// became known here, and mean nothing elsewhere.
package struct StampNumber: Hashable, Comparable, Sendable {
    /// The number as it is stored, from 1; 0 is ``zero``.
    package let rawValue: Int64

    /// Stands for "before everything": its entry is ``Stamp/zero``, seen by all.
    package static let zero = StampNumber(0)

    /// The one with this raw value.
    @inline(__always)
    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Orders as the raw values do.
    @inline(__always)
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Where a row lies in its SQLite table: its rowid. Clocks go by it.
package struct SQLRowID: Hashable, Comparable, Sendable {
    /// The rowid as SQLite counts it; it may be negative.
    package let rawValue: Int64

    /// The one with this raw value.
    @inline(__always)
    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// Orders as the raw values do.
    @inline(__always)
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The row id `count` further on.
    @inline(__always)
    package static func + (rowID: Self, count: Int64) -> Self { Self(rowID.rawValue + count) }

    /// How many row ids lie from `right` up to `left`, without `left`.
    @inline(__always)
    package static func - (left: Self, right: Self) -> Int64 { left.rawValue - right.rawValue }
}

extension SQLValue {
    /// The number of a stamp as it is stored.
    static func stamp(_ number: StampNumber) -> SQLValue { .integer(number.rawValue) }

    /// A row id as it is stored.
    static func rowID(_ rowID: SQLRowID) -> SQLValue { .integer(rowID.rawValue) }

    /// A table's id as it is stored.
    static func table(_ table: TableID) -> SQLValue { .integer(Int64(table.rawValue)) }

    /// A sequence as it is stored.
    static func sequence(_ sequence: ServerSequence) -> SQLValue { .integer(sequence.rawValue) }
}
