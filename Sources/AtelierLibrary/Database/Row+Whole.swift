import Foundation
import GRDB

/// SQLite's texts may hold a NUL, after which GRDB reads no further: a title would be cut without a
/// word, and two different ones look alike.
extension Row {
    /// The rows of a query, their texts whole.
    static func fetchWhole(
        _ database: Database, sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> [Row] {
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var rows: [Row] = []
        while let row = try cursor.next() { rows.append(try row.whole()) }
        return rows
    }

    /// A copy that outlives the query. Only the lengths are compared, so that usual rows cost no
    /// more than a copy.
    private func whole() throws -> Row {
        var texts: [String: String] = [:]
        for (index, column) in columnNames.enumerated() {
            guard case .string(let text) = (self[index] as DatabaseValue).storage else { continue }
            try withUnsafeData(atIndex: index) { data in
                guard let data, data.count != text.utf8.count else { return }
                texts[column] = String(decoding: data, as: UTF8.self)
            }
        }
        guard !texts.isEmpty else { return copy() }
        var columns: [String: (any DatabaseValueConvertible)?] = [:]
        for (column, value) in self { columns[column] = texts[column]?.databaseValue ?? value }
        return Row(columns)
    }
}
