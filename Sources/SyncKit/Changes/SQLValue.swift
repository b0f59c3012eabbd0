/// A value of one SQLite cell, exactly as SQLite holds it.
///
/// Text is kept as bytes: SQLite stores whatever bytes a program wrote, and replicas must agree on
/// them even where they are not valid UTF-8.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    /// A text value.
    public static func text(_ string: String) -> SQLValue {
        .text(Array(string.utf8))
    }

    /// Compares reals by their bits, so that equal values are the same value everywhere.
    public static func == (left: SQLValue, right: SQLValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left.bitPattern == right.bitPattern
        case (.text(let left), .text(let right)), (.blob(let left), .blob(let right)):
            left == right
        default: false
        }
    }

    /// Agrees with `==`.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let value): hasher.combine(value)
        case .real(let value): hasher.combine(value.bitPattern)
        case .text(let bytes), .blob(let bytes): hasher.combine(bytes)
        }
    }

    /// Whether the value sorts before `other` in SQLite's order without collations; total: numbers
    /// that are equal as numbers sort integers first, then by bits.
    package func sortsBefore(_ other: SQLValue) -> Bool {
        guard rank == other.rank else { return rank < other.rank }
        switch (self, other) {
        case (.integer(let left), .integer(let right)): return left < right
        case (.real(let left), .real(let right)):
            if left != right { return left < right }
            return left.bitPattern < right.bitPattern
        case (.integer(let left), .real(let right)):
            return Self.order(left, right) <= 0
        case (.real(let left), .integer(let right)):
            return Self.order(right, left) > 0
        case (.text(let left), .text(let right)), (.blob(let left), .blob(let right)):
            return left.lexicographicallyPrecedes(right)
        default: return false
        }
    }

    /// Negative, zero or positive as `integer` is less than, equal to or greater than `real`.
    private static func order(_ integer: Int64, _ real: Double) -> Int {
        if real >= 0x1p63 { return -1 }
        // What is no number at all is below every one.
        guard real >= -0x1p63 else { return 1 }
        let whole = Int64(real)
        if integer != whole { return integer < whole ? -1 : 1 }
        let fraction = real - real.rounded(.towardZero)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }

    /// How many bytes the value adds to a row, see ``Limits/rowBytes``.
    var byteCount: Int {
        switch self {
        case .null: 1
        case .integer, .real: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}
