import Foundation
import GRDB
import SignedObjects

/// One row whose values may have any type, whatever the column's: any program may write them.
struct StoredRow {
    let row: Row

    init(_ row: Row) {
        self.row = row
    }

    func text(_ column: String) -> String {
        CheckedText.shown(String.fromDatabaseValue(value(column)) ?? "")
    }

    /// The number, clamped to `range`; its lower end where the column holds none.
    func real(_ column: String, in range: ClosedRange<Double>) -> Double {
        let number = Double.fromDatabaseValue(value(column)) ?? range.lowerBound
        return number.isNaN
            ? range.lowerBound : min(max(number, range.lowerBound), range.upperBound)
    }

    /// Text for a program to read, not to show.
    func rawText(_ column: String) -> String {
        String.fromDatabaseValue(value(column)) ?? ""
    }

    /// The integer, clamped to `range`, so that arithmetic with it cannot overflow; the number
    /// nearest to 0 where the column holds none.
    func number(_ column: String, in range: ClosedRange<Int>) -> Int {
        let number = Int.fromDatabaseValue(value(column)) ?? 0
        return min(max(number, range.lowerBound), range.upperBound)
    }

    /// Whether the column holds a number that is not 0.
    func isSet(_ column: String) -> Bool {
        (Int.fromDatabaseValue(value(column)) ?? 0) != 0
    }

    func moment(_ column: String) -> Moment {
        Moment(column: Int64.fromDatabaseValue(value(column)) ?? 0)
    }

    func id<ID: RowIdentifier>(_ column: String, as type: ID.Type = ID.self) -> ID? {
        Data.fromDatabaseValue(value(column)).flatMap { ID($0) }
    }

    private func value(_ column: String) -> DatabaseValue {
        row[column] ?? .null
    }
}

/// A SQLite text may hold a NUL character, where GRDB stops reading: a title would be cut silently,
/// and two different ones could look alike.
extension Row {
    /// The rows of a query with complete texts.
    static func fetchWhole(
        _ database: Database, sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> [Row] {
        let cursor = try Row.fetchCursor(database, sql: sql, arguments: arguments)
        var rows: [Row] = []
        while let row = try cursor.next() { rows.append(try row.whole()) }
        return rows
    }

    /// A copy that outlives the query. Only lengths are compared, so that usual rows cost no more
    /// than a copy.
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
