import GRDB

/// Keeps clocks with their rows when a migration builds a table anew: clocks go by the row's place,
/// its rowid, and a copied table has other places.
///
/// The rows' places are noted before the migration and compared after it. The notes are in the
/// database, so that a crash in between is made good at the next start.
struct PlaceGuard {
    let db: Database
    let schema: SyncSchema

    /// Notes where every row lies.
    func note() throws {
        for table in schema.tables {
            guard let name = try nameBefore(table) else { continue }
            try db.execute(
                sql: """
                    DROP TABLE IF EXISTS sync_places_\(table.id);
                    CREATE TABLE sync_places_\(table.id)(place INTEGER PRIMARY KEY,
                    row BLOB NOT NULL);
                    INSERT INTO sync_places_\(table.id) SELECT _rowid_, id
                    FROM \(quoted(name));
                    """)
        }
    }

    /// Moves the clocks of rows that have moved since ``note()``.
    func follow() throws {
        for table in schema.tables where try db.hasTable("sync_places_\(table.id)") {
            if try hasMoved(table) { try move(table) }
            try db.execute(sql: "DROP TABLE sync_places_\(table.id)")
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
            SELECT 1 FROM \(quoted(table.name)) AS now JOIN sync_places_\(table.id) AS before
            ON before.place = now._rowid_ WHERE before.row <> now.id
            UNION ALL
            SELECT 1 FROM sync_places_\(table.id) WHERE place NOT IN (
            SELECT _rowid_ FROM \(quoted(table.name))) LIMIT 1
            """, in: db
        ).step()
    }

    private func move(_ table: SyncedTable) throws {
        var places: [Int64: Int64] = [:]
        var gone: [(place: Int64, key: RowKey)] = []
        // Without an index on the notes, but with the table's own on id.
        let found = try PreparedStatement(
            """
            SELECT before.place, before.row, now._rowid_ FROM sync_places_\(table.id) AS before
            LEFT JOIN \(quoted(table.name)) AS now ON now.id = before.row ORDER BY before.place
            """, in: db)
        while try found.step() {
            if found.isNull(2) {
                gone.append((found.integer(0), try found.key(1)))
            } else {
                places[found.integer(0)] = found.integer(2)
            }
        }
        try moveClocks(of: table, by: places, gone: gone)
        try moveLog(of: table, by: places)
    }

    private func moveClocks(
        of table: SyncedTable, by places: [Int64: Int64], gone: [(place: Int64, key: RowKey)]
    ) throws {
        let session = try StoreSession(db, schema)
        guard let store = try session.table(table.id) else { return }
        var moved: [(place: Int64, began: Int64, clock: PackedClock)] = []
        for (old, new) in places {
            let began = try store.began(at: old)
            moved.append((new, began, try store.clock(at: old, began: began)))
        }
        // Of rows that were deleted before the migration the log has yet to be folded.
        let goneBefore = try deletedPlaces(of: table).subtracting(places.keys)
            .subtracting(gone.map(\.place))
        for old in goneBefore.sorted() {
            let began = try store.began(at: old)
            moved.append((Self.placeOfGone(old), began, try store.clock(at: old, began: began)))
        }
        try moveForeign(of: table, by: places)
        // Rows that the migration left out are deleted rows, as if by any program.
        for row in gone {
            try PreparedStatement(
                """
                INSERT INTO sync_foreign(tbl, place, row, op, columns, wall)
                VALUES(?, ?, ?, ?, 0, \(CaptureTriggers.wall))
                """, in: db
            ).run(
                .integer(Int64(table.id)), .integer(Self.placeOfGone(row.place)),
                .blob(row.key.bytes),
                .integer(CaptureTriggers.Entry.delete.rawValue))
            let began = try store.began(at: row.place)
            let clock = try store.clock(at: row.place, began: began)
            moved.append((Self.placeOfGone(row.place), began, clock))
        }
        try db.execute(
            sql: """
                DELETE FROM sync_runs_\(table.id);
                DELETE FROM sync_clocks_\(table.id);
                """)
        try session.dropClocks()
        guard let fresh = try session.table(table.id) else { return }
        for row in moved.sorted(by: { $0.place < $1.place }) {
            try fresh.runs.add(RunTable.Run(first: row.place, count: 1, stamp: row.began))
            try fresh.set(row.clock, at: row.place, replacing: PackedClock())
        }
        try fresh.runs.flush()
    }

    /// A row that is gone had a place that another may have now.
    private static func placeOfGone(_ place: Int64) -> Int64 { ~place }

    /// The places of rows that were deleted and whose deletion is not folded.
    private func deletedPlaces(of table: SyncedTable) throws -> Set<Int64> {
        var deleted: Set<Int64> = []
        let log = try PreparedStatement(
            "SELECT ops FROM sync_stamps WHERE ops IS NOT NULL AND number > ?", in: db)
        log.bind(try StoreState(db: db).folded, at: 1)
        while try log.step() {
            try OperationLog.read(log.bytes(0)) { id, operation in
                if id == table.id, case .delete(let row, _) = operation { deleted.insert(row) }
            }
        }
        let foreign = try PreparedStatement(
            "SELECT DISTINCT place FROM sync_foreign WHERE tbl = ?", in: db)
        foreign.bind(Int64(table.id), at: 1)
        while try foreign.step() { deleted.insert(foreign.integer(0)) }
        return deleted
    }

    /// Rewrites the places in what other programs logged.
    private func moveForeign(of table: SyncedTable, by places: [Int64: Int64]) throws {
        let found = try PreparedStatement(
            "SELECT seq, place FROM sync_foreign WHERE tbl = ?", in: db)
        found.bind(Int64(table.id), at: 1)
        var entries: [(seq: Int64, place: Int64)] = []
        while try found.step() { entries.append((found.integer(0), found.integer(1))) }
        let update = try PreparedStatement(
            "UPDATE sync_foreign SET place = ? WHERE seq = ?", in: db)
        for entry in entries {
            update.bind(places[entry.place] ?? Self.placeOfGone(entry.place), at: 1)
            update.bind(entry.seq, at: 2)
            try update.run()
        }
    }

    /// Rewrites the places in the log of what is not yet acknowledged.
    private func moveLog(of table: SyncedTable, by places: [Int64: Int64]) throws {
        let found = try PreparedStatement(
            "SELECT number, ops FROM sync_stamps WHERE ops IS NOT NULL", in: db)
        var rewritten: [(number: Int64, operations: [UInt8])] = []
        while try found.step() {
            var log = OperationLog()
            try OperationLog.read(found.bytes(1)) { id, operation in
                guard id == table.id else { return log.append(operation, in: id) }
                for moved in Self.move(operation, by: places) { log.append(moved, in: id) }
            }
            rewritten.append((found.integer(0), log.bytes))
        }
        for entry in rewritten {
            try PreparedStatement("UPDATE sync_stamps SET ops = ? WHERE number = ?", in: db)
                .run(.blob(entry.operations), .integer(entry.number))
        }
    }

    private static func move(_ operation: Operation, by places: [Int64: Int64]) -> [Operation] {
        let place = { (row: Int64) in places[row] ?? placeOfGone(row) }
        switch operation {
        case .insert(let first, let count):
            return (first..<first + count).map { .insert(first: place($0), count: 1) }
        case .update(let row, let column):
            return [.update(row: place(row), column: column)]
        case .delete(let row, let key):
            return [.delete(row: place(row), key: key)]
        case .add:
            return [operation]
        }
    }
}
