import GRDB

/// The rows of a snapshot that is loaded over older rows: what it does not hold was deleted, and
/// its tombstone cleared away, while this replica was gone.
struct SnapshotRows {
    private let session: StoreSession

    init(_ session: StoreSession) {
        self.session = session
    }

    /// Notes the rows that a chunk holds.
    func note(_ batch: ChangeBatch) throws {
        let insert = try PreparedStatement(
            "INSERT OR IGNORE INTO sync_snapshot_rows(tbl, row) VALUES(?, ?)", in: session.db)
        for changes in batch.tables {
            for index in 0..<changes.rows.count {
                insert.bind(changes.table, at: 1)
                insert.bind(changes.rows.keys[index], at: 2)
                try insert.run()
            }
        }
    }

    /// Forgets them.
    func clear() throws {
        try session.db.execute(sql: "DELETE FROM sync_snapshot_rows")
    }

    /// Deletes the rows that the account knew and the snapshot does not hold; returns the names of
    /// the tables that lost some.
    ///
    /// - Parameter cursor: The snapshot's sequence.
    func deleteOthers(at cursor: ServerSequence, wall: UInt64) throws -> Set<String> {
        var altered: Set<String> = []
        let isHeld = try PreparedStatement(
            "SELECT 1 FROM sync_snapshot_rows WHERE tbl = ? AND row = ?", in: session.db)
        // What the server knew before it lost its data had to be sent again: a snapshot made before
        // that does not hold it.
        let state = StoreState(db: session.db)
        let isTold = try state.offer == .none && state.offered <= cursor
        for table in try session.allTables() {
            var gone: [RowVersion] = []
            let scan = try RowScan(table, in: session.db, withValues: false)
            try scan.start()
            while try scan.next() {
                isHeld.bind(table.table.id, at: 1)
                isHeld.bind(scan.key, at: 2)
                let held = try isHeld.step()
                isHeld.reset()
                // A row that this replica made and nobody knows yet stays, and one that was
                // written past the engine: its doctor will date it.
                if !held, scan.createdStamp != StampNumber.zero,
                    let known = try session.stamps.entry(scan.createdStamp).sequence,
                    known > .none ? known <= cursor : isTold
                {
                    gone.append(scan.row)
                }
            }
            for row in gone {
                try delete(row, in: table, wall: wall)
                altered.insert(table.table.name)
            }
        }
        return altered
    }

    private func delete(_ row: RowVersion, in table: TableStore, wall: UInt64) throws {
        let unsent = try row.clock.exceptions.first {
            try session.stamps.entry($0.stamp).sequence == nil
        }
        if let unsent {
            let conflicts = ConflictLog(session, wall: wall)
            try conflicts.add(
                .rowDeleted, table.table.id, row.key, column: .wholeRow,
                lost: try table.values(of: row),
                lostStamp: unsent.stamp, wonStamp: StampNumber.zero)
            try conflicts.flush()
        }
        try table.delete(row, in: session)
    }
}
