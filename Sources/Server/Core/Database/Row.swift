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
            guard let place = columns.firstIndex(of: column),
                let value = Value(sqlValue: values[place])
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
