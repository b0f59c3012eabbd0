import GRDB
import GRDBSQLite

/// A statement from the connection's cache, bound and stepped through SQLite's own calls: values
/// keep their exact bytes, and hot loops pay for nothing else.
struct PreparedStatement: ~Copyable {
    private let statement: Statement
    private var handle: SQLiteStatement { statement.sqliteStatement }

    init(_ sql: String, in db: Database) throws {
        statement = try db.cachedStatement(sql: sql)
        sqlite3_reset(handle)
    }

    deinit {
        // A cached statement that is not reset would keep its transaction open.
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
    }

    /// Binds `values` to the parameters from the first on, runs to the end, and may run again.
    func run(_ values: SQLValue...) throws {
        try run(values)
    }

    func run(_ values: [SQLValue]) throws {
        try bind(values)
        while try step() {}
        sqlite3_reset(handle)
    }

    /// Binds `values` and stands before the first row.
    func bind(_ values: [SQLValue]) throws {
        sqlite3_reset(handle)
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    /// Moves to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw currentError
        }
    }

    /// The value in `column` of the current row, from 0.
    func value(_ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT: .text(bytes(column))
        case SQLITE_BLOB: .blob(bytes(column))
        default: .null
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        // The pointer must be asked for before the length, see sqlite3_column_bytes.
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func bind(_ value: SQLValue, at index: Int32) throws {
        let code =
            switch value {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let value): sqlite3_bind_int64(handle, index, value)
            case .real(let value): sqlite3_bind_double(handle, index, value)
            case .text(let bytes): bind(bytes, at: index, as: .text)
            case .blob(let bytes): bind(bytes, at: index, as: .blob)
            }
        guard code == SQLITE_OK else { throw currentError }
    }

    private enum BytesType { case text, blob }

    private func bind(_ bytes: [UInt8], at index: Int32, as type: BytesType) -> Int32 {
        // SQLITE_TRANSIENT: SQLite copies before the buffer ends.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        return bytes.withUnsafeBytes { buffer in
            let count = Int32(buffer.count)
            return switch (type, buffer.baseAddress) {
            case (.text, let start?):
                sqlite3_bind_text(
                    handle, index, start.assumingMemoryBound(to: CChar.self), count, transient)
            case (.text, nil): sqlite3_bind_text(handle, index, "", 0, transient)
            case (.blob, let start?): sqlite3_bind_blob(handle, index, start, count, transient)
            case (.blob, nil): sqlite3_bind_zeroblob(handle, index, 0)
            }
        }
    }

    private var currentError: DatabaseError {
        let connection = sqlite3_db_handle(handle)
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
            message: sqlite3_errmsg(connection).map { String(cString: $0) })
    }
}
