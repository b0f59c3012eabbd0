import CSQLite
import Foundation
import GRDB

/// A synced table as the connection sees it: where its declared columns stand.
final class CapturedTable {
    /// A declared column.
    struct Column {
        let id: ColumnID
        let name: String
        let policy: MergePolicy
        /// Its place in the table, from 0.
        let position: Int32

        /// The rule that writing `new` over `old` breaks; `old` is nil for a new row.
        func rule(old: OpaquePointer?, new: OpaquePointer?) -> CaptureRule? {
            switch policy {
            case .lastWriter: return nil
            case .counter:
                let type = sqlite3_value_type(new)
                return type == SQLITE_INTEGER || type == SQLITE_NULL ? nil : .counter
            case .firstWriter:
                guard let old, sqlite3_value_type(old) != SQLITE_NULL else { return nil }
                return .firstWriter
            case .maximum:
                guard let old else { return nil }
                return SQLValue(new).sortsBefore(SQLValue(old)) ? .maximum : nil
            }
        }
    }

    let id: TableID
    let name: String
    /// The name as SQLite passes it to the hook; freed with this object.
    let cName: UnsafeMutablePointer<CChar>
    let keyPosition: Int32
    let columns: [Column]

    /// Looks up where the columns of `table` stand now.
    init(_ table: SyncedTable, in db: Database) throws {
        var positionByName: [String: Int32] = [:]
        let found = try PreparedStatement(
            "PRAGMA main.table_xinfo(\(quoted(table.name)))", in: db)
        while try found.step() {
            let name = String(decoding: found.borrowed(1), as: UTF8.self)
            positionByName[name.lowercased()] = Int32(clamping: found.integer(0))
        }
        guard
            let key = positionByName["id"],
            // The hook receives the name as the schema spells it.
            let spelled = try String.fetchOne(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND lower(name) = ?",
                arguments: [table.name.lowercased()]),
            let cName = strdup(spelled)
        else { throw SchemaError.missingTable(table.name) }
        self.cName = cName
        id = table.id
        name = table.name
        keyPosition = key
        columns = try table.columns.map { column in
            guard let position = positionByName[column.name.lowercased()] else {
                throw SchemaError.missingColumn(table: table.name, column: column.name)
            }
            return Column(
                id: column.id, name: column.name, policy: column.policy, position: position)
        }
    }

    deinit {
        free(cName)
    }
}

extension SQLValue {
    /// The value behind an `sqlite3_value`.
    init(_ value: OpaquePointer?) {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT: self = .text(Self.bytes(of: value))
        case SQLITE_BLOB: self = .blob(Self.bytes(of: value))
        default: self = .null
        }
    }

    private static func bytes(of value: OpaquePointer?) -> [UInt8] {
        guard let start = sqlite3_value_blob(value) else { return [] }
        return Array(
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
    }
}

/// Writes that cannot be synced, and what is said of them; each capture route enforces them alike.
enum CaptureRule: String {
    case keyShape = "the id of a synced row is a blob of 16 bytes, such as randomblob(16)"
    case lastRowID = "the last rowid that SQLite has cannot be used in a synced table"
    case fixedKey = "the id of a synced row never changes: delete it and insert another"
    case rowSize = "a synced row holds at most 393216 bytes"
    case firstWriter = "this column is written once: a value that is there never changes"
    case maximum = "this column only grows: a lesser value cannot take the place of a greater one"
    case counter = "this column is a counter: it holds integers only"
}
