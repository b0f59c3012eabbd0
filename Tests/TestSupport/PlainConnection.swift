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
    private var statementsBySQL: [String: OpaquePointer] = [:]

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
        for statement in statementsBySQL.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(connection)
    }

    /// Makes SQL's `random()` give what `chance` draws, so that a run can be repeated.
    package func setRandom(_ chance: SeededChance) {
        let context = Unmanaged.passRetained(chance).toOpaque()
        sqlite3_create_function_v2(
            connection, "random", 0, SQLITE_UTF8, context,
            { context, _, _ in
                guard let data = sqlite3_user_data(context) else { return }
                let chance = Unmanaged<SeededChance>.fromOpaque(data).takeUnretainedValue()
                sqlite3_result_int64(context, Int64(bitPattern: chance.next()))
            }, nil, nil,
            { data in
                if let data { Unmanaged<SeededChance>.fromOpaque(data).release() }
            })
    }

    /// Runs statements one after the other.
    package func execute(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else {
            throw failure(sql)
        }
    }

    /// Runs one statement with values for its parameters; it is prepared once.
    package func execute(_ sql: String, _ values: [SQLValue]) throws {
        _ = try Self.rows(try prepared(sql), values)
    }

    /// Runs statements in one transaction; a throw undoes all of them.
    package func transaction(_ body: (PlainConnection) throws -> Void) throws {
        do {
            try execute("BEGIN IMMEDIATE", [])
            try body(self)
            try execute("COMMIT", [])
        } catch {
            // Fails where SQLite has rolled back by itself.
            if sqlite3_get_autocommit(connection) == 0 { _ = try? execute("ROLLBACK") }
            throw error
        }
    }

    /// All rows of a query.
    package func rows(_ sql: String) throws -> [[SQLValue]] {
        try Self.rows(try prepared(sql), [])
    }

    /// Runs a prepared statement of anybody's connection; leaves it ready to run again.
    package static func rows(
        _ statement: OpaquePointer, _ values: [SQLValue]
    ) throws -> [[SQLValue]] {
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            bind(value, to: statement, at: Int32(index + 1))
        }
        var rows: [[SQLValue]] = []
        var code = sqlite3_step(statement)
        while code == SQLITE_ROW {
            rows.append((0..<sqlite3_column_count(statement)).map { value($0, of: statement) })
            code = sqlite3_step(statement)
        }
        guard code == SQLITE_DONE else {
            let connection = sqlite3_db_handle(statement)
            throw Failure(
                code: sqlite3_extended_errcode(connection),
                description: "\(String(cString: sqlite3_sql(statement))): "
                    + String(cString: sqlite3_errmsg(connection)))
        }
        return rows
    }

    private func prepared(_ sql: String) throws -> OpaquePointer {
        if let known = statementsBySQL[sql] { return known }
        var statement: OpaquePointer?
        guard
            sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK, let statement
        else { throw failure(sql) }
        statementsBySQL[sql] = statement
        return statement
    }

    private func failure(_ sql: String) -> Failure {
        Failure(
            code: sqlite3_extended_errcode(connection),
            description: "\(sql): \(String(cString: sqlite3_errmsg(connection)))")
    }

    private static func bind(_ value: SQLValue, to statement: OpaquePointer, at index: Int32) {
        // SQLITE_TRANSIENT: SQLite copies before the buffer ends.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let value): sqlite3_bind_int64(statement, index, value)
        case .real(let value): sqlite3_bind_double(statement, index, value)
        case .text(let bytes):
            sqlite3_bind_text(
                statement, index, String(decoding: bytes, as: UTF8.self), -1, transient)
        case .blob(let bytes):
            sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), transient)
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
