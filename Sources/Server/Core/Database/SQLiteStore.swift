import Foundation
import GRDB
import GRDBSQLite

/// The server's tables in one file of SQLite, which several programs may have open at once.
struct SQLiteStore: DatabaseStore {
    private let pool: DatabasePool
    /// Nil where the file is open for reading alone.
    private let writer: GroupCommit?
    private let onStatement: StatementTrace?
    private let fingerprints = FingerprintCache()

    /// Opens or makes the file and its tables.
    init(path: String, onStatement: StatementTrace? = nil) throws {
        self.onStatement = onStatement
        var configuration = Configuration()
        configuration.busyMode = .timeout(Limits.busySeconds)
        configuration.label = "atelier-server"
        Self.create(path)
        pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            // After the opening: GRDB sets NORMAL once WAL is on, with which a reply could come
            // before its transaction is on the disk.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // Deleted rows are overwritten, wherever SQLite was built without that.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        writer = GroupCommit(pool, try Turnstile(path + "-turn"))
        var migrator = DatabaseMigrator()
        for step in Schema.steps {
            migrator.registerMigration(step.name) { try $0.execute(sql: step.sql(for: .sqlite)) }
        }
        let applied = try pool.read(migrator.appliedIdentifiers)
        try Schema.refuseNewer(applied)
        try migrator.migrate(pool)
    }

    /// Opens a file for reading alone, whatever version made it.
    init(reading path: String) throws {
        onStatement = nil
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(Limits.busySeconds)
        pool = try DatabasePool(path: path, configuration: configuration)
        writer = nil
    }

    /// Makes the file for its user alone, where there is none; SQLite gives the files beside it the
    /// same mode. Where this fails, opening it does too, and says why.
    private static func create(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
    }

    /// How far a database that was opened elsewhere has come.
    static func reading(of db: GRDB.Database) throws -> EpochCheckpoint.Reading {
        try EpochCheckpoint.Reading(of: Database(SQLiteConnection(db: db)))
    }

    var isShared: Bool { false }

    func announce(_ account: String) {}

    /// The whole file, and then the log beside it, which holds pages as they were before.
    func rewrite(_ tables: [String]) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "VACUUM")
            _ = try db.checkpoint(.truncate)
        }
    }

    func emptyLog() {
        try? pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    func emptyLog() async {
        try? await pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try pool.read { try body(database($0)) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard let writer else { throw DatabaseError(resultCode: .SQLITE_READONLY) }
        return try writer.write { try body(database($0)) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        try await pool.read { try body(database($0)) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws -> Result {
        guard let writer else { throw DatabaseError(resultCode: .SQLITE_READONLY) }
        return try await writer.write { try body(database($0)) }
    }

    private func database(_ db: GRDB.Database) -> Database {
        Database(
            SQLiteConnection(db: db), fingerprints: fingerprints, onStatement: onStatement)
    }
}

/// A connection to SQLite inside a transaction.
///
/// Statements come from GRDB's cache and are bound and stepped by SQLite's own calls, which costs
/// a third of what GRDB's rows and arguments do.
struct SQLiteConnection: SQLConnection {
    let db: GRDB.Database

    var kind: DatabaseKind { .sqlite }

    func script(_ sql: String) throws {
        try db.execute(sql: sql)
    }

    func post(_ statement: SQLStatement) throws {
        _ = try run(statement)
    }

    func run(_ statements: [SQLStatement]) throws -> [SQLResult] {
        try statements.map(run)
    }

    private func run(_ text: SQLStatement) throws -> SQLResult {
        // After a full disk and the like SQLite has ended the transaction: what came now would be
        // committed alone.
        guard db.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        let statement = try db.cachedStatement(sql: text.sql)
        let handle = statement.sqliteStatement
        defer {
            // A statement that is not reset keeps its transaction open.
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        for (index, value) in text.arguments.enumerated() {
            try check(bind(value, to: handle, at: Int32(index + 1)), text.sql)
        }
        let width = sqlite3_column_count(handle)
        var result = SQLResult()
        if width > 0 { result.columns = statement.columnNames }
        while true {
            let code = sqlite3_step(handle)
            guard code == SQLITE_ROW else {
                guard code == SQLITE_DONE else { throw failure(code, text.sql) }
                break
            }
            result.rows.append((0..<width).map { Self.value(handle, $0) })
        }
        result.changes = db.changesCount
        return result
    }

    private func bind(_ value: SQLValue, to handle: SQLiteStatement, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { buffer in
                    sqlite3_bind_text(
                        handle, index, buffer.baseAddress ?? Self.empty, Int32(buffer.count),
                        Self.transient)
                }
            }
        case .blob(let bytes):
            bytes.withUnsafeBytes { buffer in
                buffer.isEmpty
                    ? sqlite3_bind_zeroblob(handle, index, 0)
                    : sqlite3_bind_blob64(
                        handle, index, buffer.baseAddress, UInt64(buffer.count), Self.transient)
            }
        }
    }

    private static func value(_ handle: SQLiteStatement, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
        // No column of the schema is one; it reads as damage where a number is asked for.
        case SQLITE_FLOAT: return .text("\(sqlite3_column_double(handle, column))")
        case SQLITE_TEXT:
            return .text(
                String(
                    decoding: lent(sqlite3_column_text(handle, column), handle, column),
                    as: UTF8.self))
        case SQLITE_BLOB:
            return .blob(Data(lent(sqlite3_column_blob(handle, column), handle, column)))
        default: return .null
        }
    }

    /// The bytes at `start`, which are SQLite's until the next step.
    private static func lent(
        _ start: UnsafeRawPointer?, _ handle: SQLiteStatement, _ column: Int32
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func check(_ code: Int32, _ sql: String) throws {
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    private func failure(_ code: Int32, _ sql: String) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: db.sqliteConnection.map { String(cString: sqlite3_errmsg($0)) }, sql: sql)
    }

    /// One zero byte that is never freed: a text without an address would be null.
    nonisolated(unsafe) private static let empty: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()

    /// SQLite copies what it is given.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
