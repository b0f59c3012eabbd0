import Foundation
import SignedObjects

/// One row of an answer, its values by the names of their columns.
struct Row: Sendable {
    /// The columns' names in order, shared by the rows of one answer.
    let columns: [String]
    /// As many values.
    let values: [SQLValue]

    /// The column's value.
    ///
    /// - Throws: ``StoredFormError`` where there is none of that type.
    subscript<Value: SQLConvertible>(_ column: String) -> Value {
        get throws {
            guard let index = columns.firstIndex(of: column),
                let value = Value(sqlValue: values[index])
            else { throw StoredFormError(column: column) }
            return value
        }
    }

    /// The column's fixed bytes.
    func fixed<Value: FixedBytes>(_ column: String) throws -> Value {
        guard let value = Value(try self[column] as Data) else {
            throw StoredFormError(column: column)
        }
        return value
    }

    /// The column's moment.
    func time(_ column: String) throws -> UnixTime {
        UnixTime(milliseconds: try self[column])
    }

    /// Whether the column holds nothing.
    func isNull(_ column: String) throws -> Bool {
        try self[column] as SQLValue == .null
    }
}

extension FixedBytes {
    /// The form in the database.
    var blob: Data { Data(bytes) }
}

/// A stored value that this program cannot have written.
struct StoredFormError: Error, CustomStringConvertible {
    let column: String

    var description: String { "A stored \(column) is damaged. Restore the database." }
}

/// A value as both databases keep it.
enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob(Data)
}

/// What can be given to a statement and read from a row.
protocol SQLConvertible: Sendable {
    /// The form in the database.
    var sqlValue: SQLValue { get }

    /// Nil where `value` is none of this type.
    init?(sqlValue value: SQLValue)
}

extension SQLValue: SQLConvertible {
    var sqlValue: SQLValue { self }

    init?(sqlValue value: SQLValue) { self = value }
}

extension Int64: SQLConvertible {
    var sqlValue: SQLValue { .integer(self) }

    init?(sqlValue value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension Int: SQLConvertible {
    var sqlValue: SQLValue { .integer(Int64(self)) }

    init?(sqlValue value: SQLValue) {
        guard case .integer(let number) = value else { return nil }
        self.init(exactly: number)
    }
}

extension String: SQLConvertible {
    var sqlValue: SQLValue { .text(self) }

    init?(sqlValue value: SQLValue) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension Data: SQLConvertible {
    var sqlValue: SQLValue { .blob(self) }

    init?(sqlValue value: SQLValue) {
        guard case .blob(let bytes) = value else { return nil }
        self = bytes
    }
}

extension Optional: SQLConvertible where Wrapped: SQLConvertible {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }

    init?(sqlValue value: SQLValue) {
        if value == .null {
            self = .none
        } else {
            guard let wrapped = Wrapped(sqlValue: value) else { return nil }
            self = wrapped
        }
    }
}
