import CSQLite
package import SyncKit

/// A connection by SQLite's own calls, as any other program would make one.
package final class PlainConnection {
    /// SQLite refused something.
    package struct Failure: Error, CustomStringConvertible {
        /// SQLite's extended result code.
        package let code: Int32
        package let description: String
    }

    private let connection: OpaquePointer

    /// Opens a database.
    ///
    /// - Parameter path: A path or a URI, see ``SimulatedDisk/path(_:program:)``.
    package init(_ path: String) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_URI, nil)
        guard code == SQLITE_OK, let opened else {
            let message = String(cString: sqlite3_errmsg(opened))
            sqlite3_close(opened)
            throw Failure(code: code, description: "open: \(message)")
        }
        connection = opened
        sqlite3_extended_result_codes(connection, 1)
        sqlite3_busy_timeout(connection, 5000)
    }

    deinit {
        sqlite3_close_v2(connection)
    }

    /// Runs statements one after the other.
    package func execute(_ sql: String) throws {
        try check(sqlite3_exec(connection, sql, nil, nil, nil), sql)
    }

    /// Runs statements in one transaction; a throw undoes all of them.
    package func transaction(_ statements: [String]) throws {
        do {
            try execute("BEGIN IMMEDIATE")
            for statement in statements { try execute(statement) }
            try execute("COMMIT")
        } catch {
            // Fails where SQLite has rolled back by itself.
            if sqlite3_get_autocommit(connection) == 0 { _ = try? execute("ROLLBACK") }
            throw error
        }
    }

    /// All rows of a query.
    package func rows(_ sql: String) throws -> [[SQLValue]] {
        try Self.rows(sql, connection)
    }

    /// All rows of a query on somebody's connection.
    package static func rows(_ sql: String, _ connection: OpaquePointer?) throws -> [[SQLValue]] {
        var statement: OpaquePointer?
        var code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        var rows: [[SQLValue]] = []
        if code == SQLITE_OK {
            code = sqlite3_step(statement)
            while code == SQLITE_ROW {
                rows.append((0..<sqlite3_column_count(statement)).map { value($0, of: statement) })
                code = sqlite3_step(statement)
            }
        }
        guard code == SQLITE_DONE else {
            throw Failure(
                code: code, description: "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
        }
        return rows
    }

    private func check(_ code: Int32, _ sql: String) throws {
        guard code == SQLITE_OK else {
            throw Failure(
                code: code, description: "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
        }
    }

    private static func value(_ column: Int32, of statement: OpaquePointer?) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case let type:
            let start = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
            return type == SQLITE_TEXT ? .text(bytes) : .blob(bytes)
        }
    }
}
