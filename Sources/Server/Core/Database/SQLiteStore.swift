import Foundation
import GRDB

/// The server's tables in one file of SQLite, which several programs may have open at once.
struct SQLiteStore: DatabaseStore {
    private let pool: DatabasePool
    /// Nil where the file is open for reading alone.
    private let writer: GroupCommit?
    private let onStatement: StatementTrace?

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
        Database(SQLiteConnection(db: db), onStatement: onStatement)
    }
}
