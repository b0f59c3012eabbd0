import CSQLite
import GRDB
import Synchronization

/// The writer connection's side of a store: records what transactions do and dates them.
///
/// What it remembers between transactions is checked against the database's version, so that
/// several processes may write. Used by the writer connection's queue alone, which is what makes
/// `@unchecked Sendable` true.
final class LocalWriter: @unchecked Sendable {
    private let schema: SyncSchema
    private let environment: SyncEnvironment
    private let recorder = WriteRecorder()
    private var known: Known?

    /// What holds as long as nobody else writes.
    private struct Known {
        var version: Int64
        var clock: HybridClock
        var replica: Int64
        var cursor: Int64
        var clockOffset: Int64
        /// Whether the app has triggers of its own: then they all stay on, and capture too goes
        /// by triggers.
        var usesTriggers: Bool
    }

    init(schema: SyncSchema, environment: SyncEnvironment) {
        self.schema = schema
        self.environment = environment
    }

    /// Starts to watch the connection; its tables are as declared.
    func install(on db: Database) throws {
        try refreshTables(db)
        recorder.install(on: db)
    }

    /// Looks again where the columns stand, as after a migration.
    func refreshTables(_ db: Database) throws {
        recorder.watch(try schema.tables.map { try CapturedTable($0, in: db) })
        known = nil
    }

    /// Runs `body` in a transaction and logs what it did.
    func write<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
        let value = try transaction(db) { usesTriggers in
            recorder.begin(on: db)
            defer { recorder.end(on: db) }
            let value = try body(db)
            recorder.end(on: db)
            guard db.isInsideTransaction else { throw StoreError.endedTransaction }
            try log(db, usesTriggers: usesTriggers)
            return value
        }
        // A trigger made here works from the next write on.
        if recorder.mayHaveChangedTriggers { known = nil }
        return value
    }

    /// Runs the engine's own work in a transaction: nothing is captured.
    func engineWrite<Value>(
        _ db: Database, _ body: (StoreSession) throws -> Value
    ) throws -> Value {
        defer { known = nil }
        return try transaction(db) { usesTriggers in
            if usesTriggers { try setTriggers(enabled: false, in: db) }
            defer { if usesTriggers { try? setTriggers(enabled: true, in: db) } }
            let session = try StoreSession(db, schema)
            let value = try body(session)
            try session.flush()
            return value
        }
    }

    /// Kept statements: making BEGIN and COMMIT anew costs as much as writing a row.
    private func transaction<Value>(
        _ db: Database, _ body: (_ usesTriggers: Bool) throws -> Value
    ) throws -> Value {
        try db.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
        do {
            let value = try body(try prepare(db))
            guard db.isInsideTransaction else { throw StoreError.endedTransaction }
            try db.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            return value
        } catch {
            // What was remembered may have been read inside the transaction that is undone.
            known = nil
            if db.isInsideTransaction { try db.rollback() }
            throw error
        }
    }

    /// This device's clock as corrected by the last server time, in milliseconds since 1970 UTC.
    func correctedWall(offset: Int64) -> UInt64 {
        let wall = Int64(clamping: environment.wallMilliseconds())
        let (corrected, overflow) = wall.addingReportingOverflow(offset)
        return overflow ? UInt64(wall) : UInt64(clamping: corrected)
    }

    // MARK: - Before the body

    private func prepare(_ db: Database) throws -> Bool {
        let version = try PreparedStatement("PRAGMA data_version", in: db)
        guard try version.step() else { throw StoreError.damaged("data_version") }
        let current = version.integer(0)
        version.reset()
        if let known, known.version == current { return known.usesTriggers }
        try reload(db, version: current)
        if try ForeignLog(db: db).hasEntries() { try takeForeign(db) }
        return known?.usesTriggers ?? false
    }

    private func reload(_ db: Database, version: Int64) throws {
        let state = StoreState(db: db)
        let usesTriggers = try PreparedStatement(
            """
            SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name NOT LIKE 'sync\\_%'
            ESCAPE '\\' UNION ALL SELECT 1 FROM sqlite_temp_master WHERE type = 'trigger' LIMIT 1
            """, in: db
        ).step()
        try setTriggers(enabled: usesTriggers, in: db)
        known = Known(
            version: version, clock: try state.clock,
            replica: try StampTable(db).number(of: try state.replica.handle),
            cursor: try state.cursor, clockOffset: try state.clockOffset,
            usesTriggers: usesTriggers)
    }

    private func takeForeign(_ db: Database) throws {
        try ForeignLog(db: db).take { wall, operations in
            let offset = known?.clockOffset ?? 0
            let (corrected, overflow) = wall.addingReportingOverflow(offset)
            try append(
                operations, wall: UInt64(clamping: overflow ? wall : corrected), in: db)
        }
    }

    // MARK: - After the body

    private func log(_ db: Database, usesTriggers: Bool) throws {
        if let violation = recorder.violation {
            throw StoreError.refused(table: violation.table, reason: violation.rule.rawValue)
        }
        if usesTriggers {
            // Triggers have logged what the hook has seen, and what they themselves did besides.
            return try ForeignLog(db: db).take(asOne: true) { _, operations in
                try appendNow(operations, in: db)
            }
        }
        guard !recorder.operations.isEmpty else { return }
        let operations = recorder.takeOperations()
        if !operations.isEmpty { try appendNow(operations, in: db) }
    }

    private func appendNow(_ operations: [UInt8], in db: Database) throws {
        try append(
            operations, wall: correctedWall(offset: known?.clockOffset ?? 0), in: db)
    }

    private func append(_ operations: [UInt8], wall: UInt64, in db: Database) throws {
        guard var current = known else { return }
        let time = try current.clock.tick(wall: wall)
        known = current
        let statement = try PreparedStatement(
            "INSERT INTO sync_stamps(time, replica, seen, ops) VALUES(?, ?, ?, ?)", in: db)
        statement.bind(Int64(clamping: time.rawValue), at: 1)
        statement.bind(current.replica, at: 2)
        statement.bind(current.cursor, at: 3)
        statement.bind(blob: operations, at: 4)
        try statement.run()
    }

    private func setTriggers(enabled: Bool, in db: Database) throws {
        let code = atelier_sqlite_set_triggers_enabled(db.sqliteConnection, enabled ? 1 : 0)
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: "SQLITE_DBCONFIG_ENABLE_TRIGGER")
        }
    }
}
