import GRDB

/// What one transaction of the engine works with: stamps, tables and their clocks.
final class StoreSession {
    let db: Database
    private(set) var stamps: StampTable
    private(set) var digest: StateDigest
    /// Rows that a merge has put under other parents.
    var movedRows = MovedRows()
    /// How many refused changes wait; nil where they were not counted.
    private var refused: Int?
    /// How many conflicts were added to the list.
    var conflictsFound = 0
    /// Whether conflicts were taken off the list.
    var hasChangedConflicts = false
    /// Whether rows of ``RestoredConflicts`` were merged.
    var hasMergedRestored = false
    /// Whether changes wait for their table, column or row.
    var hasPendingDependencies = false
    /// Tombstones known up to this sequence are cleared away.
    let collected: ServerSequence
    /// What was known when the server lost its memory.
    let stampsBeforeReset: StampsBeforeReset
    let schema: SyncSchema
    private let foreignKeys: ForeignKeyDeferral
    private var columns: KnownColumns
    private var tables: [TableID: TableStore] = [:]
    private var emptyAtFirst: [TableID: Bool] = [:]

    init(_ db: Database, _ schema: SyncSchema) throws {
        self.db = db
        self.schema = schema
        foreignKeys = ForeignKeyDeferral(schema, in: db)
        stamps = try StampTable(db)
        collected = try StoreState(db: db).collected
        stampsBeforeReset = StampsBeforeReset(db)
        digest = StateDigest(try StoreState(db: db).digest)
        columns = try StoreState(db: db).columns
        try lookForPendingDependencies()
    }

    /// Checks again whether changes wait, as after some were released.
    func lookForPendingDependencies() throws {
        hasPendingDependencies = try PreparedStatement(
            "SELECT 1 FROM sync_dependencies LIMIT 1", in: db
        ).step()
    }

    /// How many refused changes wait, at the least those that there were when they were counted.
    func countRefused() throws -> Int {
        if let refused { return refused }
        let found = try PreparedStatement(
            "SELECT count(*) FROM sync_dependencies WHERE refused <> 0", in: db)
        let count = try found.step() ? Int(found.integer(0)) : 0
        refused = count
        return count
    }

    /// Another change is refused, and waits.
    func noteRefused() { refused = refused.map { $0 + 1 } }

    /// Notes which columns the program declares from now on; before any table is used.
    func declareColumns() throws {
        precondition(tables.isEmpty, "tables remember their gaps")
        let state = StoreState(db: db)
        columns.declare(schema, after: try state.lastStamp)
        try state.set("columns", .blob(columns.bytes))
    }

    /// The table with an id; nil where this program does not know it.
    func table(_ id: TableID) throws -> TableStore? {
        if let known = tables[id] { return known }
        guard let declared = schema.table(id: id) else { return nil }
        let store = TableStore(declared, gaps: columns.gaps(in: id), foreignKeys, in: db)
        tables[id] = store
        return store
    }

    /// Whether the table held neither rows nor tombstones when this session first asked: then a row
    /// is inserted without looking for it.
    func wasEmpty(_ table: TableStore) throws -> Bool {
        if let known = emptyAtFirst[table.table.id] { return known }
        let isEmpty = try table.isEmpty() && !table.hasTombstones()
        emptyAtFirst[table.table.id] = isEmpty
        return isEmpty
    }

    /// A row of the table was deleted: from now on rows must be looked for, or it would rise.
    func noteTombstone(in table: TableStore) {
        emptyAtFirst[table.table.id] = false
    }

    /// Whether the digest says what others can compare with: nothing waits or is missing. What is
    /// set aside must be the same on both sides.
    func isComparable() throws -> Bool {
        try !hasPendingDependencies && !PartialGroups(db).exist()
            && !PreparedStatement("SELECT 1 FROM sync_missing LIMIT 1", in: db).step()
    }

    /// Whether something that the account's order has up to the cursor is not merged here, for want
    /// of a key, a time, or of itself.
    func misses() throws -> Bool {
        try PreparedStatement(
            """
            SELECT 1 WHERE EXISTS(SELECT 1 FROM sync_quarantine)
            OR EXISTS(SELECT 1 FROM sync_missing)
            """, in: db
        ).step()
    }

    /// Whether the account knows all that was written here.
    func isSent() throws -> Bool {
        try !PendingChanges(db).exist()
            && !PreparedStatement("SELECT 1 FROM sync_segments LIMIT 1", in: db).step()
    }

    /// Whether this state is the account's at the cursor, no more and no less: only then can others
    /// take what it lacks for deleted.
    func isWholeAndSent() throws -> Bool {
        let state = StoreState(db: db)
        guard try !misses(), try isSent(), try state.offer == .none else { return false }
        // Whoever loads the snapshot notices if a group that was abandoned continues after all.
        return try !PartialGroups(db).exist(after: state.givenUpGroups)
    }

    /// Every known table, by rising id.
    func allTables() throws -> [TableStore] {
        try schema.allTables.sorted { $0.id < $1.id }.compactMap { try table($0.id) }
    }

    /// Everything is to be pulled again.
    func forgetCursor() throws {
        let state = StoreState(db: db)
        // What is pulled again was sealed by replicas that knew less than this one does now.
        try state.setComparable(after: try state.cursor)
        try forgetOrder()
        try state.set("collected", .integer(0))
    }

    /// The account's order begins at its beginning again, and with it every chain.
    func forgetOrder() throws {
        try StoreState(db: db).setCursor(.none, historyHash: nil)
        try db.execute(sql: "DELETE FROM sync_chains")
    }

    /// Runs `body` within a savepoint: the only way to undo a part of the transaction.
    ///
    /// What was buffered before is stored first, because it belongs to the transaction and not to
    /// the savepoint. What `body` made this session cache is discarded with what is rolled back.
    func inSavepoint(_ body: () throws -> Database.TransactionCompletion) throws {
        try flushClocks()
        let value = digest.value
        var completion = Database.TransactionCompletion.rollback
        try db.inSavepoint {
            completion = try body()
            return completion
        }
        if completion == .rollback { forget(digest: value) }
    }

    /// Discards what is buffered or cached after every stored clock was deleted.
    func dropClocks() throws {
        for table in schema.allTables {
            try StoreState(db: db).set(StoreState.datedRowID(of: table.id), .null)
        }
        forget(digest: 0)
    }

    private func forget(digest value: UInt64) {
        do {
            stamps = try StampTable(db)
            try lookForPendingDependencies()
        } catch {
            preconditionFailure("both could be read before: \(error)")
        }
        refused = nil
        tables.removeAll()
        emptyAtFirst.removeAll()
        digest = StateDigest(value)
    }

    /// Discards what is cached after stamps were changed in place, and computes the digest again.
    func restart() throws {
        try flushClocks()
        forget(digest: 0)
        for table in try allTables() { try table.countDigest(in: self) }
    }

    /// Stores what is held back of clocks: before they are read past this session's tables.
    func flushClocks() throws {
        for table in tables.values { try table.flush() }
    }

    /// Stores what is held back; must be called before the transaction ends.
    func flush() throws {
        try CycleRepair(session: self).run()
        if hasMergedRestored { try RestoredConflicts(self).takeOffList() }
        hasMergedRestored = false
        try flushClocks()
        try StoreState(db: db).setDigest(digest.value)
    }
}

/// Puts off the check of foreign keys to the end of the transaction, from the first row on that the
/// engine writes: a child may come before its parent within one exchange.
///
/// Not from the start: the pragma makes SQLite prepare every statement of the connection again, and
/// most transactions of the engine write no row.
final class ForeignKeyDeferral {
    private let db: Database
    private var isDue: Bool

    init(_ schema: SyncSchema, in db: Database) {
        self.db = db
        isDue = schema.allTables.contains { !$0.references.isEmpty }
    }

    /// Must be called before a row of the app's tables is written.
    @inline(__always)
    func begin() throws {
        guard isDue else { return }
        isDue = false
        try db.cachedStatement(sql: "PRAGMA defer_foreign_keys = ON").execute()
    }
}
