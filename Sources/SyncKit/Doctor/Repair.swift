import GRDB

/// Brings the engine's own tables back in step with the rows.
struct Repair {
    let session: StoreSession
    let environment: SyncEnvironment
    private var db: Database { session.db }

    /// Dates unknown rows now, drops what belongs to no row, and counts the digest again.
    func mend() throws {
        try ChangeLogCompactor(session: session).compact()
        try session.flushClocks()
        for table in try session.allTables() {
            let (id, name) = (table.table.id, quoted(table.table.name))
            try db.execute(
                sql: """
                    DELETE FROM sync_clocks_\(id) WHERE row_id NOT IN (SELECT _rowid_ FROM \(name));
                    DELETE FROM sync_tombstones_\(id) WHERE row IN (SELECT id FROM \(name));
                    DELETE FROM sync_counts WHERE tbl = \(id) AND row NOT IN (
                    SELECT id FROM \(name));
                    """)
            try CaptureTriggers(table: table.table).install(in: db)
        }
        try adoptUnknownRows()
        try session.restart()
    }

    /// Dates the rows that no clock knows, and what counters hold that nobody is known to have
    /// added, as written now; returns how many rows there were.
    @discardableResult
    func adoptUnknownRows() throws -> Int {
        let state = StoreState(db: db)
        var clock = try state.clock
        let time = try clock.tick(
            wall: environment.correctedMilliseconds(offset: try state.clockOffset))
        return try adopt(at: time)
    }

    /// Dates the rows of tables that sync from now on before every write: they may have come with
    /// the app, the same on every device, and must not win over what somebody wrote to them.
    func adoptSeeds(of tables: Set<TableID>) throws {
        try adopt(at: Self.longAgo, in: tables)
    }

    /// Before every write.
    private static let longAgo = HybridTimestamp(milliseconds: 1, counter: 0)

    /// Drops every clock: all rows count as written long ago, by a new replica, and everything is
    /// pulled again. Tombstones and what was added to counters go by keys and stay.
    func dropClocks() throws {
        try ChangeLogCompactor(session: session).compactCounters()
        try session.flushClocks()
        for table in try session.allTables() {
            try db.execute(
                sql: """
                    DELETE FROM sync_runs_\(table.table.id);
                    DELETE FROM sync_clocks_\(table.table.id);
                    DELETE FROM sync_tombstones_\(table.table.id) WHERE row IN (
                    SELECT id FROM \(quoted(table.table.name)));
                    """)
            try CaptureTriggers(table: table.table).install(in: db)
        }
        // What the log says of row ids is as wrong as the clocks were.
        try db.execute(
            sql: """
                UPDATE sync_stamps SET ops = NULL, sequence = ifnull(sequence, 0);
                DELETE FROM sync_external_changes;
                """)
        try session.dropClocks()
        let state = StoreState(db: db)
        try state.set("compacted", .stamp(try state.lastStamp))
        try state.set("acknowledged", .stamp(try state.lastStamp))
        try ReplicaIDRotation(session: session, randomBytes: environment.randomBytes).run()
        try RowIDSentinel(db).set()
        try adopt(at: Self.longAgo)
        try session.forgetOrder()
        try state.set("collected", .integer(0))
        try state.forgetEpochReset()
        // Some of what was added was not sent, and no log says which.
        if try session.allTables().contains(where: { !$0.counters.isEmpty }) {
            try state.setOffer(.due)
        }
        try session.restart()
    }

    @discardableResult
    private func adopt(at time: HybridTimestamp, in tables: Set<TableID>? = nil) throws -> Int {
        var log = OperationLog()
        var count = 0
        var source: UInt64?
        for table in try session.allTables() where tables?.contains(table.table.id) ?? true {
            try adoptCounters(of: table, source: &source, in: &log)
            let rows = try PreparedStatement(
                "SELECT _rowid_ FROM \(quoted(table.table.name)) ORDER BY _rowid_", in: db)
            while try rows.step() {
                let rowID = rows.rowID(0)
                // A row with the last row id got there past all rules: it cannot be synced.
                if try rowID < SQLRowID(.max) && table.runs.stamp(at: rowID) == nil {
                    log.append(.insert(first: rowID, count: 1), in: table.table.id)
                    count += 1
                }
            }
        }
        let operations = log.bytes
        guard !operations.isEmpty else { return 0 }
        let state = StoreState(db: db)
        // The clock must not fall back to the stamp of adopted rows.
        try state.setReceived(try state.clock.latest)
        try session.stamps.append(
            Stamp(time: time, replica: try state.replica), causalCursor: try state.mergedSequence,
            sequence: nil,
            operations: operations)
        try ChangeLogCompactor(session: session).compact()
        return count
    }

    /// What was in a counter before anybody counted is in all copies of the row.
    private func adoptCounters(
        of table: TableStore, source: inout UInt64?, in log: inout OperationLog
    ) throws {
        let ledger = CountLedger(session, table: table.table.id)
        for column in table.table.columns where column.policy == .counter {
            let rows = try PreparedStatement(
                """
                SELECT id, \(quoted(column.name)) FROM \(quoted(table.table.name))
                ORDER BY _rowid_
                """, in: db)
            while try rows.step() {
                let key = try rows.key(0)
                let (surplus, isKnown) = try ledger.surplus(rows.integer(1), of: key, column.id)
                guard surplus != 0 else { continue }
                let drawn = source ?? CounterSource.draw(environment.randomBytes)
                source = drawn
                log.append(
                    .add(
                        key: key, column: column.id, from: 0, by: surplus,
                        source: isKnown ? drawn : CounterSource.before), in: table.table.id)
            }
        }
    }
}
