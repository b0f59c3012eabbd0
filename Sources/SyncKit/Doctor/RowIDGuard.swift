import GRDB

/// Keeps clocks with their rows when a migration rebuilds a table: clocks are stored by row id,
/// and a copied table has other row ids.
///
/// The row ids are noted before the migration and compared after it. The notes are in the
/// database, so that a crash in between is made good at the next start.
struct RowIDGuard {
    let db: Database
    let schema: SyncSchema

    /// Notes where every row lies.
    func note() throws {
        for table in schema.allTables {
            guard let name = try nameBefore(table) else { continue }
            try db.execute(
                sql: """
                    DROP TABLE IF EXISTS sync_rowids_\(table.id);
                    CREATE TABLE sync_rowids_\(table.id)(row_id INTEGER PRIMARY KEY,
                    row BLOB NOT NULL);
                    INSERT INTO sync_rowids_\(table.id) SELECT _rowid_, id
                    FROM \(quoted(name));
                    """)
        }
    }

    /// Moves the clocks of rows that have moved since ``note()``.
    func follow() throws {
        for table in schema.allTables where try db.hasTable("sync_rowids_\(table.id)") {
            if try hasMoved(table) { try move(table) }
            try db.execute(sql: "DROP TABLE sync_rowids_\(table.id)")
        }
    }

    /// What an installed table was called when the store was last opened: the migration may give it
    /// the name that is declared now. Nil where there is no such table.
    private func nameBefore(_ table: SyncedTable) throws -> String? {
        guard try db.hasTable("sync_runs_\(table.id)") else { return nil }
        let name = try StoreState(db: db).tableName(table.id) ?? table.name
        return try db.hasTable(name) ? name : nil
    }

    private func hasMoved(_ table: SyncedTable) throws -> Bool {
        try PreparedStatement(
            """
            SELECT 1 FROM \(quoted(table.name)) AS now JOIN sync_rowids_\(table.id) AS before
            ON before.row_id = now._rowid_ WHERE before.row <> now.id
            UNION ALL
            SELECT 1 FROM sync_rowids_\(table.id) WHERE row_id NOT IN (
            SELECT _rowid_ FROM \(quoted(table.name))) LIMIT 1
            """, in: db
        ).step()
    }

    private func move(_ table: SyncedTable) throws {
        var rowIDs: [SQLRowID: SQLRowID] = [:]
        var gone: [(rowID: SQLRowID, key: RowKey)] = []
        // Without an index on the notes, but with the table's own on id.
        let found = try PreparedStatement(
            """
            SELECT before.row_id, before.row, now._rowid_ FROM sync_rowids_\(table.id) AS before
            LEFT JOIN \(quoted(table.name)) AS now ON now.id = before.row ORDER BY before.row_id
            """, in: db)
        while try found.step() {
            if found.isNull(2) {
                gone.append((found.rowID(0), try found.key(1)))
            } else {
                rowIDs[found.rowID(0)] = found.rowID(2)
            }
        }
        try moveClocks(of: table, by: rowIDs, gone: gone)
        try moveLog(of: table, by: rowIDs)
    }

    private func moveClocks(
        of table: SyncedTable, by rowIDs: [SQLRowID: SQLRowID],
        gone: [(rowID: SQLRowID, key: RowKey)]
    ) throws {
        let session = try StoreSession(db, schema)
        guard let store = try session.table(table.id) else { return }
        var moved: [(rowID: SQLRowID, createdStamp: StampNumber, clock: PackedClock)] = []
        for (old, new) in rowIDs {
            let createdStamp = try store.createdStamp(at: old)
            moved.append((new, createdStamp, try store.clock(at: old, createdStamp: createdStamp)))
        }
        // Of rows that were deleted before the migration the log has yet to be compacted.
        let goneBefore = try deletedRowIDs(of: table).subtracting(rowIDs.keys)
            .subtracting(gone.map(\.rowID))
        for old in goneBefore.sorted() {
            let createdStamp = try store.createdStamp(at: old)
            moved.append(
                (
                    Self.rowIDOfDeleted(old), createdStamp,
                    try store.clock(at: old, createdStamp: createdStamp)
                ))
        }
        try moveExternalChanges(of: table, by: rowIDs)
        // Rows that the migration left out are deleted rows, as if by any program.
        for row in gone {
            try PreparedStatement(
                """
                INSERT INTO sync_external_changes(tbl, row_id, row, op, columns, wall)
                VALUES(?, ?, ?, ?, 0, \(CaptureTriggers.wall))
                """, in: db
            ).run(
                .table(table.id), .rowID(Self.rowIDOfDeleted(row.rowID)),
                .blob(row.key.bytes),
                .integer(CaptureTriggers.Entry.delete.rawValue))
            let createdStamp = try store.createdStamp(at: row.rowID)
            let clock = try store.clock(at: row.rowID, createdStamp: createdStamp)
            moved.append((Self.rowIDOfDeleted(row.rowID), createdStamp, clock))
        }
        try db.execute(
            sql: """
                DELETE FROM sync_runs_\(table.id);
                DELETE FROM sync_clocks_\(table.id);
                """)
        try session.dropClocks()
        guard let fresh = try session.table(table.id) else { return }
        for row in moved.sorted(by: { $0.rowID < $1.rowID }) {
            try fresh.runs.add(RunTable.Run(first: row.rowID, count: 1, stamp: row.createdStamp))
            if !row.clock.isPlain { try fresh.clocks.set(row.clock, at: row.rowID) }
        }
        try fresh.flush()
    }

    /// A row that is gone had a row id that another may have now.
    private static func rowIDOfDeleted(_ rowID: SQLRowID) -> SQLRowID {
        SQLRowID(~rowID.rawValue)
    }

    /// The row ids of rows that were deleted and whose deletion is not compacted.
    private func deletedRowIDs(of table: SyncedTable) throws -> Set<SQLRowID> {
        var deleted: Set<SQLRowID> = []
        let log = try PreparedStatement(
            "SELECT ops FROM sync_stamps WHERE ops IS NOT NULL AND number > ?", in: db)
        log.bind(try StoreState(db: db).compacted, at: 1)
        while try log.step() {
            try OperationLog.read(log.bytes(0)) { id, operation in
                if id == table.id, case .delete(let row, _) = operation {
                    deleted.insert(row)
                }
            }
        }
        let external = try PreparedStatement(
            "SELECT DISTINCT row_id FROM sync_external_changes WHERE tbl = ?", in: db)
        external.bind(table.id, at: 1)
        while try external.step() { deleted.insert(external.rowID(0)) }
        return deleted
    }

    /// Rewrites the row ids in what other programs logged.
    private func moveExternalChanges(of table: SyncedTable, by rowIDs: [SQLRowID: SQLRowID]) throws
    {
        let found = try PreparedStatement(
            "SELECT seq, row_id FROM sync_external_changes WHERE tbl = ?", in: db)
        found.bind(table.id, at: 1)
        var entries: [(seq: Int64, rowID: SQLRowID)] = []
        while try found.step() { entries.append((found.integer(0), found.rowID(1))) }
        let update = try PreparedStatement(
            "UPDATE sync_external_changes SET row_id = ? WHERE seq = ?", in: db)
        for entry in entries {
            update.bind(rowIDs[entry.rowID] ?? Self.rowIDOfDeleted(entry.rowID), at: 1)
            update.bind(entry.seq, at: 2)
            try update.run()
        }
    }

    /// Rewrites the row ids in the log of what is not yet acknowledged.
    private func moveLog(of table: SyncedTable, by rowIDs: [SQLRowID: SQLRowID]) throws {
        let found = try PreparedStatement(
            "SELECT number, ops FROM sync_stamps WHERE ops IS NOT NULL", in: db)
        var rewritten: [(number: Int64, operations: [UInt8])] = []
        while try found.step() {
            var log = OperationLog()
            try OperationLog.read(found.bytes(1)) { id, operation in
                guard id == table.id else { return log.append(operation, in: id) }
                for moved in Self.move(operation, by: rowIDs) { log.append(moved, in: id) }
            }
            rewritten.append((found.integer(0), log.bytes))
        }
        for entry in rewritten {
            try PreparedStatement("UPDATE sync_stamps SET ops = ? WHERE number = ?", in: db)
                .run(.blob(entry.operations), .integer(entry.number))
        }
    }

    private static func move(_ operation: Operation, by rowIDs: [SQLRowID: SQLRowID]) -> [Operation]
    {
        let rowID = { (old: SQLRowID) in rowIDs[old] ?? rowIDOfDeleted(old) }
        switch operation {
        case .insert(let first, let count):
            return (0..<count).map { .insert(first: rowID(first + $0), count: 1) }
        case .update(let row, let column):
            return [.update(row: rowID(row), column: column)]
        case .delete(let row, let key):
            return [.delete(row: rowID(row), key: key)]
        case .add:
            return [operation]
        }
    }
}

/// Two rows with a gap between their row ids. A program that copies the database row by row, as
/// `.dump` does, closes the gap: then no row can be trusted to lie where it lay.
///
/// VACUUM keeps the row ids of tables that have an index, and this one has.
struct RowIDSentinel {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Sets the two rows.
    func set() throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS sync_sentinel(id BLOB PRIMARY KEY NOT NULL);
                DELETE FROM sync_sentinel;
                INSERT INTO sync_sentinel(_rowid_, id) VALUES(1, x'01'), (3, x'03');
                """)
    }

    /// Whether the gap is still there.
    func holds(_ objects: DatabaseObjects) throws -> Bool {
        guard objects.hasTable("sync_sentinel") else { return false }
        let found = try PreparedStatement(
            "SELECT _rowid_ FROM sync_sentinel WHERE id = x'03'", in: db)
        return try found.step() && found.rowID(0) == SQLRowID(3)
    }
}
