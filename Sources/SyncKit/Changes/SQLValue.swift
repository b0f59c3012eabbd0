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

    /// How many bytes the value adds to a row, see ``Limits/rowBytes``.
    var byteCount: Int {
        switch self {
        case .null: 1
        case .integer, .real: 8
        case .text(let bytes), .blob(let bytes): bytes.count
        }
    }
}
