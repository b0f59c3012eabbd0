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
    private var statements: Statements?
    private var known: Known?
    /// Whether the recorder knows where the columns stand.
    private var isWatching = false
    /// The database's version up to which observers know what other connections wrote.
    private var toldVersion: Int64?
    /// Who adds to counters here, and the last transaction that was logged; nil where there are
    /// none, or nothing was written yet.
    private var source: (id: UInt64, last: (number: Int64, time: Int64)?)?
    private let hasCounters: Bool
    /// How many conflicts were added to the list since the store was opened.
    let conflictsFound = Atomic<Int>(0)

    /// What holds as long as nobody else writes.
    private struct Known {
        var version: Int64
        var clock: HybridClock
        var replica: Int64
        /// See ``ChangeBatch/DatedStamp/causalCursor``.
        var causalCursor: ServerSequence
        var clockOffset: Int64
        /// Whether the app has triggers of its own: then they all stay on, and capture too goes
        /// by triggers.
        var usesTriggers: Bool
    }

    /// What every transaction runs, kept: looking a statement up by its text takes as long as it
    /// runs.
    private struct Statements {
        let begin: Statement
        let commit: Statement
        let version: PreparedStatement
        let append: PreparedStatement

        init(_ db: Database) throws {
            begin = try db.makeStatement(sql: "BEGIN IMMEDIATE TRANSACTION")
            commit = try db.makeStatement(sql: "COMMIT TRANSACTION")
            version = try PreparedStatement("PRAGMA data_version", in: db)
            append = try PreparedStatement(
                "INSERT INTO sync_stamps(time, replica, causal_cursor, ops) VALUES(?, ?, ?, ?)",
                in: db)
        }
    }

    init(schema: SyncSchema, environment: SyncEnvironment) {
        self.schema = schema
        self.environment = environment
        hasCounters = schema.allTables.contains { table in
            table.columns.contains { $0.policy == .counter }
        }
    }

    /// Starts to watch the connection; its tables are as declared. Where their columns stand is
    /// looked up by the first write.
    func install(on db: Database) {
        recorder.install(on: db)
        (isWatching, known) = (false, nil)
    }

    /// Gives the connection back: its statements must end before it does.
    func release() {
        statements = nil
    }

    /// Runs `body` in a transaction and logs what it did.
    func write<Value>(_ db: Database, _ body: (Database) throws -> Value) throws -> Value {
        let value = try transaction(db) { usesTriggers in
            recorder.begin(on: db, source: counterSource())
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
        // SQLite prepares each row for a hook, also for one that looks away.
        recorder.uninstall(from: db)
        defer { recorder.install(on: db) }
        return try transaction(db) { usesTriggers in
            if usesTriggers { try setTriggers(enabled: false, in: db) }
            defer { if usesTriggers { try? setTriggers(enabled: true, in: db) } }
            let session = try StoreSession(db, schema)
            let value = try MergeTimeTriggers(names: schema.mergeTimeTriggers, db: db).whileFiring {
                try body(session)
            }
            try session.flush()
            if session.conflictsFound > 0 || session.hasChangedConflicts {
                try db.notifyChanges(in: Table("sync_conflicts"))
                conflictsFound.add(session.conflictsFound, ordering: .relaxed)
            }
            return value
        }
    }

    private func transaction<Value>(
        _ db: Database, _ body: (_ usesTriggers: Bool) throws -> Value
    ) throws -> Value {
        let statements = try self.statements ?? Statements(db)
        self.statements = statements
        let lastLogged = source?.last
        do {
            try statements.begin.execute()
            let version = try Self.dataVersion(statements.version)
            if let toldVersion, toldVersion != version { try notifyOfOthers(db) }
            let value = try body(try prepare(db, version: version))
            guard db.isInsideTransaction else { throw StoreError.endedTransaction }
            try statements.commit.execute()
            toldVersion = version
            return value
        } catch {
            // What was remembered may have been read inside the transaction that is undone; and a
            // statement that failed says so again when it is next reset.
            known = nil
            self.statements = nil
            source?.last = lastLogged
            if db.isInsideTransaction { try db.rollback() }
            throw error
        }
    }

    // MARK: - Before the body

    /// Changes when another connection has written.
    private static func dataVersion(_ version: PreparedStatement) throws -> Int64 {
        guard try version.step() else { throw StoreError.damaged("data_version") }
        defer { version.reset() }
        return version.integer(0)
    }

    /// Observers see this connection's writes only.
    private func notifyOfOthers(_ db: Database) throws {
        for table in schema.allTables { try db.notifyChanges(in: Table(table.name)) }
    }

    private func prepare(_ db: Database, version: Int64) throws -> Bool {
        if let known, known.version == version { return known.usesTriggers }
        try reload(db, version: version)
        if try ExternalChangeLog.hasEntries(in: db) { try takeExternalChanges(db) }
        return known?.usesTriggers ?? false
    }

    private func reload(_ db: Database, version: Int64) throws {
        let state = StoreState(db: db)
        if !isWatching {
            recorder.watch(try schema.allTables.map { try CapturedTable($0, in: db) })
            isWatching = true
        }
        if let last = source?.last, try !isLogged(last, in: db) { source = nil }
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
            causalCursor: try state.mergedSequence, clockOffset: try state.clockOffset,
            usesTriggers: usesTriggers)
    }

    /// Whether a transaction is still in the log: it is not where another program has put an older
    /// copy in the place of the database under this one's feet.
    private func isLogged(_ last: (number: Int64, time: Int64), in db: Database) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_stamps WHERE number = ? AND time = ?", in: db)
        found.bind(last.number, at: 1)
        found.bind(last.time, at: 2)
        return try found.step()
    }

    private func counterSource() -> UInt64 {
        guard hasCounters else { return CounterSource.before }
        if let source { return source.id }
        let id = CounterSource.draw(environment.randomBytes)
        source = (id, nil)
        return id
    }

    private func takeExternalChanges(_ db: Database) throws {
        try ExternalChangeLog(db, schema).take { wall, operations in
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
            return try ExternalChangeLog(db, schema).take(
                asOne: true, source: counterSource()
            ) { _, operations in
                try appendNow(operations, in: db)
            }
        }
        guard !recorder.operations.isEmpty else { return }
        var operations = recorder.takeOperations()
        if hasCounters, recorder.mayHoldUndone {
            operations = try AdditionCheck(db: db, schema: schema, source: counterSource())
                .corrected(operations)
        }
        if !operations.isEmpty { try appendNow(operations, in: db) }
    }

    private func appendNow(_ operations: [UInt8], in db: Database) throws {
        try append(
            operations, wall: environment.correctedMilliseconds(offset: known?.clockOffset ?? 0),
            in: db)
    }

    private func append(_ operations: [UInt8], wall: UInt64, in db: Database) throws {
        guard var current = known, let statement = statements?.append else { return }
        let time = try current.clock.tick(wall: wall)
        known = current
        statement.bind(Int64(clamping: time.rawValue), at: 1)
        statement.bind(current.replica, at: 2)
        statement.bind(current.causalCursor, at: 3)
        statement.bind(blob: operations, at: 4)
        try statement.run()
        source?.last = (statement.lastInsertedRowID.rawValue, Int64(clamping: time.rawValue))
    }

    private func setTriggers(enabled: Bool, in db: Database) throws {
        let code = atelier_sqlite_set_triggers_enabled(db.sqliteConnection, enabled ? 1 : 0)
        guard code == SQLITE_OK else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: "SQLITE_DBCONFIG_ENABLE_TRIGGER")
        }
    }
}
