import CBenchmarkSQLite

/// A connection to SQLite, opened here or lent by a library.
package final class SQLiteConnection {
    let handle: OpaquePointer
    private let isOwned: Bool
    var changeObserver: ((RowOperation, Int64) -> Void)?
    var transactionStamp: Int64 = 0

    /// Opens the file at `path`, making it where there is none.
    package init(path: String, durability: Durability) throws {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw SQLiteFailure(call: "sqlite3_open_v2", code: code, message: "cannot open \(path)")
        }
        handle = opened
        isOwned = true
        try apply(durability)
    }

    /// Uses the connection of a library, which must stay open for as long.
    package init(borrowing handle: OpaquePointer) {
        self.handle = handle
        isOwned = false
    }

    deinit {
        // The second version waits for statements that are still alive.
        if isOwned { sqlite3_close_v2(handle) }
    }

    /// Makes the settings that all engines share.
    package func apply(_ durability: Durability) throws {
        for pragma in BenchmarkSettings.pragmas(durability) { try execute(pragma) }
    }

    /// Runs all statements of `sql`.
    package func execute(_ sql: String) throws {
        try check(sqlite3_exec(handle, sql, nil, nil, nil), sql)
    }

    /// Makes a statement that will be run many times.
    package func prepare(_ sql: String) throws -> SQLiteStatement {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        try check(sqlite3_prepare_v3(handle, sql, -1, flags, &prepared, nil), sql)
        guard let prepared else {
            throw SQLiteFailure(call: sql, code: SQLITE_MISUSE, message: "there is no statement")
        }
        return SQLiteStatement(handle: prepared, connection: self)
    }

    /// The integer that `sql` gives.
    package func integer(_ sql: String) throws -> Int64 {
        let statement = try prepare(sql)
        guard try statement.step() else {
            throw SQLiteFailure(call: sql, code: SQLITE_DONE, message: "there is no row")
        }
        defer { statement.reset() }
        return statement.integer(0)
    }

    func check(_ code: Int32, _ call: String) throws {
        guard code != SQLITE_OK else { return }
        throw SQLiteFailure(
            call: call, code: code, message: String(cString: sqlite3_errmsg(handle)))
    }
}
