import Foundation
import GRDB
import SignedObjects

/// One row whose values are not believed to have the type of their column: any tool may write them.
struct Fields {
    let row: Row

    init(_ row: Row) {
        self.row = row
    }

    func text(_ column: String) -> String {
        CheckedText.shown(String.fromDatabaseValue(value(column)) ?? "")
    }

    func real(_ column: String) -> Double {
        Double.fromDatabaseValue(value(column)) ?? 0
    }

    /// Text that is read by a program, not shown.
    func rawText(_ column: String) -> String {
        String.fromDatabaseValue(value(column)) ?? ""
    }

    func number(_ column: String) -> Int {
        Int.fromDatabaseValue(value(column)) ?? 0
    }

    func moment(_ column: String) -> Moment {
        Moment(column: Int64.fromDatabaseValue(value(column)) ?? 0)
    }

    func id(_ column: String) -> RowID? {
        Data.fromDatabaseValue(value(column)).flatMap { RowID($0) }
    }

    private func value(_ column: String) -> DatabaseValue {
        row[column] ?? .null
    }
}

extension RowID {
    /// The id as SQLite stores it.
    var data: Data { Data(bytes) }

    /// What a row without an id would have: the store lets no such row be written.
    static let none = RowID(checked: [UInt8](repeating: 0, count: byteCount))
}
