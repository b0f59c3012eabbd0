import GRDB

/// Row clocks as the database keeps them.
struct ClockTable {
    let db: Database

    /// The clock of a row; ``RowClock/unseen`` where there is none.
    func clock(of row: RowKey, in table: Int) throws -> RowClock {
        let rows = try PreparedStatement(
            """
            SELECT life, time, sync_replicas.replica FROM sync_rows
            JOIN sync_replicas ON number = sync_rows.replica WHERE tbl = ? AND row = ?
            """, in: db)
        try rows.bind([.integer(Int64(table)), .blob(row.bytes)])
        guard try rows.step() else { return .unseen }
        var clock = RowClock(
            life: UInt32(clamping: rows.integer(0)), began: try Self.stamp(in: rows, from: 1))
        let cells = try PreparedStatement(
            """
            SELECT col, time, sync_replicas.replica FROM sync_cells
            JOIN sync_replicas ON number = sync_cells.replica WHERE tbl = ? AND row = ?
            """, in: db)
        try cells.bind([.integer(Int64(table)), .blob(row.bytes)])
        while try cells.step() {
            clock.exceptions[Int(cells.integer(0))] = try Self.stamp(in: cells, from: 1)
        }
        return clock
    }

    /// Stores `clock`, writing only what differs from `old`.
    func set(_ clock: RowClock, of row: RowKey, in table: Int, replacing old: RowClock) throws {
        let place: [SQLValue] = [.integer(Int64(table)), .blob(row.bytes)]
        if clock.life != old.life || clock.began != old.began {
            let statement = try PreparedStatement(
                "INSERT OR REPLACE INTO sync_rows(tbl, row, life, time, replica) VALUES(?,?,?,?,?)",
                in: db)
            try statement.run(
                place + [.integer(Int64(clock.life))] + (try fields(of: clock.began)))
        }
        if !old.exceptions.isEmpty, clock.life != old.life {
            let statement = try PreparedStatement(
                "DELETE FROM sync_cells WHERE tbl = ? AND row = ?", in: db)
            try statement.run(place)
        }
        let kept = clock.life == old.life ? old.exceptions : [:]
        for (column, stamp) in clock.exceptions where kept[column] != stamp {
            let statement = try PreparedStatement(
                "INSERT OR REPLACE INTO sync_cells(tbl, row, col, time, replica) VALUES(?,?,?,?,?)",
                in: db)
            try statement.run(place + [.integer(Int64(column))] + (try fields(of: stamp)))
        }
    }

    /// The small number that stands for `replica` in this database.
    func number(of replica: ReplicaID) throws -> Int64 {
        let found = try PreparedStatement(
            "SELECT number FROM sync_replicas WHERE replica = ?", in: db)
        try found.bind([.blob(replica.bytes)])
        if try found.step() { return found.integer(0) }
        let inserted = try PreparedStatement(
            "INSERT INTO sync_replicas(replica) VALUES(?) RETURNING number", in: db)
        try inserted.bind([.blob(replica.bytes)])
        guard try inserted.step() else { throw StoreError.damaged("sync_replicas") }
        return inserted.integer(0)
    }

    private func fields(of stamp: Stamp) throws -> [SQLValue] {
        [
            .integer(Int64(clamping: stamp.time.rawValue)),
            .integer(try number(of: stamp.replica)),
        ]
    }

    private static func stamp(
        in statement: borrowing PreparedStatement, from column: Int32
    ) throws -> Stamp {
        guard
            let time = UInt64(exactly: statement.integer(column)),
            let replica = ReplicaID(statement.bytes(column + 1))
        else { throw StoreError.damaged("stamp") }
        return Stamp(time: HybridTimestamp(rawValue: time), replica: replica)
    }
}
