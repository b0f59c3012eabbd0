import Foundation
import GRDB
import SignedObjects

extension FixedBytes {
    /// The form in the database.
    var blob: Data { Data(bytes) }
}

extension Row {
    /// The column's fixed bytes.
    func fixed<Value: FixedBytes>(_ column: String) throws -> Value {
        let data: Data = self[column]
        guard let value = Value(data) else { throw StoredFormError(column: column) }
        return value
    }

    /// The column's moment.
    func time(_ column: String) -> UnixTime {
        UnixTime(milliseconds: self[column])
    }
}

/// A stored value that this program cannot have written.
struct StoredFormError: Error, CustomStringConvertible {
    let column: String

    var description: String { "A stored \(column) is damaged. Restore the database." }
}
