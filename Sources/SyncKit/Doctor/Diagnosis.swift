import GRDB

/// What a check of a store found; all empty in a healthy one.
public struct Diagnosis: Hashable, Sendable {
    /// What SQLite itself reports of the file.
    public var damage: [String] = []
    /// Rows by table that no clock knows: written by a program with its triggers off.
    public var unknownRows: [String: Int] = [:]
    /// Clocks by table whose row is gone: deleted by a program with its triggers off.
    public var orphanedClocks: [String: Int] = [:]
    /// Rows by table that are marked as deleted and exist all the same.
    public var deletedAlive: [String: Int] = [:]
    /// Tables whose capture triggers are missing or not the engine's own.
    public var missingTriggers: [String] = []
    /// Tables with clocks that name a stamp which is not there.
    public var danglingStamps: [String] = []
    /// Counters by table that hold another sum than what was added to them: written by a program
    /// with its triggers off.
    public var miscounted: [String: Int] = [:]
    /// Whether the sum over all rows is another than the one kept while writing.
    public var digestDiffers = false
    /// Whether the database was copied row by row, as by `.dump`: no clock belongs to its row.
    public var wasRebuilt = false
    /// Received segments that could not be applied, with the reasons.
    public var setAside: [String] = []

    /// Nothing found.
    public init() {}

    /// Whether nothing is wrong; segments that wait for a key or a time are no fault.
    public var isHealthy: Bool {
        var healthy = Diagnosis()
        healthy.setAside = setAside
        return self == healthy
    }
}

extension SyncStore {
    /// Checks the engine's own tables against the rows, and the file itself; changes nothing.
    ///
    /// Cost: one pass over every synced row.
    public func diagnose() throws -> Diagnosis {
        try engineWrite { try ChangeLogCompactor(session: $0).compact() }
        return try pool.read { db in
            try Examination(session: try StoreSession(db, schema)).run()
        }
    }

    /// Makes good what ``diagnose()`` finds in the engine's own tables; rows are never changed.
    ///
    /// Rows that no clock knows count as written now. Where clocks cannot be trusted at all they
    /// are dropped: the rows count as written long ago, everything is pulled again at the next
    /// exchange, and where the account knows another value that one stands and this one is listed
    /// among the conflicts.
    ///
    /// - Returns: What is still wrong afterwards: damage of the file itself.
    @discardableResult
    public func repair() throws -> Diagnosis {
        let found = try diagnose()
        guard !found.isHealthy else { return found }
        try engineWrite { session in
            let repair = Repair(session: session, environment: environment)
            if found.wasRebuilt || !found.danglingStamps.isEmpty {
                try repair.dropClocks()
            } else {
                try repair.mend()
            }
        }
        return try diagnose()
    }

    /// Dates the rows that no clock knows, as written by a program with its triggers off: else
    /// nobody would ever get them. Cheap where there are none.
    ///
    /// - Returns: How many there were.
    func dateUnknownRows() throws -> Int {
        try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            guard try UnknownRows(session).exist() else { return 0 }
            let count = try Repair(session: session, environment: environment).adoptUnknownRows()
            try session.restart()
            return count
        }
    }
}

/// The check itself.
private struct Examination {
    let session: StoreSession
    private var db: Database { session.db }

    func run() throws -> Diagnosis {
        var found = Diagnosis()
        found.damage = try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
        found.wasRebuilt = try !RowIDSentinel(db).holds(DatabaseObjects(db))
        for table in try session.allTables() { try examine(table, &found) }
        let kept = session.digest.value
        try session.restart()
        found.digestDiffers = session.digest.value != kept
        found.setAside = try String.fetchAll(db, sql: "SELECT reason FROM sync_quarantine")
        return found
    }

    private func examine(_ table: TableStore, _ found: inout Diagnosis) throws {
        let (id, name) = (table.table.id, table.table.name)
        var unknown = 0
        let rows = try PreparedStatement(
            "SELECT _rowid_ FROM \(quoted(name)) ORDER BY _rowid_", in: db)
        while try rows.step() {
            if try table.runs.stamp(at: rows.rowID(0)) == nil { unknown += 1 }
        }
        if unknown > 0 { found.unknownRows[name] = unknown }
        let orphans = try count(
            """
            SELECT count(*) FROM sync_clocks_\(id) WHERE row_id NOT IN (
            SELECT _rowid_ FROM \(quoted(name)))
            """)
        if orphans > 0 { found.orphanedClocks[name] = orphans }
        let deleted = try count(
            """
            SELECT count(*) FROM sync_tombstones_\(id) WHERE row IN (SELECT id FROM \(quoted(name)))
            """)
        if deleted > 0 { found.deletedAlive[name] = deleted }
        if try !CaptureTriggers(table: table.table).areInstalled(in: db) {
            found.missingTriggers.append(name)
        }
        let miscounted = try miscounted(table)
        if miscounted > 0 { found.miscounted[name] = miscounted }
        if try hasDanglingStamps(table) { found.danglingStamps.append(name) }
    }

    private func miscounted(_ table: TableStore) throws -> Int {
        var count = 0
        let ledger = CountLedger(session, table: table.table.id)
        for column in table.table.columns where column.policy == .counter {
            let rows = try PreparedStatement(
                "SELECT id, \(quoted(column.name)) FROM \(quoted(table.table.name))", in: db)
            while try rows.step() {
                let key = try rows.key(0)
                if try ledger.surplus(rows.integer(1), of: key, column.id).0 != 0 {
                    count += 1
                }
            }
        }
        return count
    }

    private func hasDanglingStamps(_ table: TableStore) throws -> Bool {
        let id = table.table.id
        let inRuns = try count(
            """
            SELECT count(*) FROM sync_runs_\(id) WHERE stamp <> 0
            AND stamp NOT IN (SELECT number FROM sync_stamps)
            """)
        guard inRuns == 0 else { return true }
        let clocks = try PreparedStatement("SELECT clock FROM sync_clocks_\(id)", in: db)
        do {
            while try clocks.step() {
                for exception in try PackedClock(clocks.borrowed(0)).exceptions {
                    _ = try session.stamps.entry(exception.stamp)
                }
            }
        } catch is StoreError {
            return true
        } catch is CodecError {
            return true
        }
        return false
    }

    private func count(_ sql: String) throws -> Int {
        try Int.fetchOne(db, sql: sql) ?? 0
    }
}
