import GRDB

/// The rows and columns that no segment carries yet.
struct Outbox {
    let db: Database
    let schema: SyncSchema

    /// Removes and returns the next changes, as many as one segment may hold.
    func takeNext() throws -> [RowChange] {
        var changes: [RowChange] = []
        var bytes = 0
        for entry in try entries(limit: Int64(Limits.batchChanges)) where bytes < Limits.batchBytes
        {
            let change = try change(for: entry)
            bytes += change.byteCount
            changes.append(change)
            try PreparedStatement("DELETE FROM sync_outbox WHERE tbl = ? AND row = ?", in: db)
                .run(.integer(Int64(entry.table)), .blob(entry.row.bytes))
        }
        return changes
    }

    /// Marks columns of a row, or all of it, as unsent.
    func mark(_ row: RowKey, in table: Int, columns: UInt64, isWhole: Bool) throws {
        try PreparedStatement(
            """
            INSERT INTO sync_outbox(tbl, row, columns, whole) VALUES(?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET columns = columns | excluded.columns,
            whole = max(whole, excluded.whole)
            """, in: db
        ).run(
            .integer(Int64(table)), .blob(row.bytes), .integer(Int64(columns)),
            .integer(isWhole ? 1 : 0))
    }

    /// Marks a change that was taken out as unsent again.
    func putBack(_ change: RowChange) throws {
        let columns = change.cells.keys.reduce(into: UInt64(0)) { $0 |= 1 << UInt64($1) }
        try mark(change.key, in: change.table, columns: columns, isWhole: change.isWhole)
    }

    /// Dates everything unsent anew.
    func restamp(_ stamp: Stamp) throws {
        let clocks = ClockTable(db: db)
        for entry in try entries(limit: Int64.max) {
            let old = try clocks.clock(of: entry.row, in: entry.table)
            var clock = old
            if entry.isWhole || !old.isAlive { clock.began = stamp }
            for column in 1...Limits.columns
            where entry.columns & 1 << UInt64(column) != 0 && old.isAlive {
                clock.exceptions[column] = stamp
            }
            try clocks.set(clock, of: entry.row, in: entry.table, replacing: old)
        }
    }

    private struct Entry {
        let table: Int
        let row: RowKey
        let columns: UInt64
        let isWhole: Bool
    }

    private func entries(limit: Int64) throws -> [Entry] {
        let statement = try PreparedStatement(
            "SELECT tbl, row, columns, whole FROM sync_outbox LIMIT ?", in: db)
        try statement.bind([.integer(limit)])
        var entries: [Entry] = []
        while try statement.step() {
            guard let row = RowKey(statement.bytes(1)) else {
                throw StoreError.damaged("sync_outbox")
            }
            entries.append(
                Entry(
                    table: Int(statement.integer(0)), row: row,
                    columns: UInt64(clamping: statement.integer(2)),
                    isWhole: statement.integer(3) != 0))
        }
        return entries
    }

    private func change(for entry: Entry) throws -> RowChange {
        let clocks = ClockTable(db: db)
        let clock = try clocks.clock(of: entry.row, in: entry.table)
        var change = RowChange(
            table: entry.table, key: entry.row, life: clock.life, began: clock.began,
            isWhole: entry.isWhole, cells: [:])
        guard clock.isAlive else { return change }
        guard
            let table = schema.table(id: entry.table),
            let values = try RowTable(db: db, table: table).values(of: entry.row)
        else { throw StoreError.damaged("row without its table") }
        for (column, value) in values
        where entry.isWhole || entry.columns & 1 << UInt64(column) != 0 {
            change.cells[column] = RowChange.Cell(stamp: clock.stamp(of: column), value: value)
        }
        return change
    }
}
