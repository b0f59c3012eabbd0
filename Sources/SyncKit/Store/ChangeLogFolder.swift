import GRDB

/// Turns what the triggers logged into row clocks and outbox entries.
struct ChangeLogFolder {
    let db: Database
    let schema: SyncSchema

    /// Folds what other programs wrote, each entry dated when it was written.
    func foldForeign() throws {
        guard try hasEntries() else { return }
        let offset = try StoreState(db: db).clockOffset
        var lastWall: Int64?
        var stamp = Stamp.zero
        try fold { entry, issue in
            // Entries of one statement share their millisecond, and with it their stamp.
            if entry.wall != lastWall {
                lastWall = entry.wall
                stamp = try issue(UInt64(clamping: entry.wall.addingClamped(offset)))
            }
            return stamp
        }
    }

    /// Folds what this transaction wrote, all with one stamp.
    func foldTransaction(wall: UInt64) throws {
        var stamp: Stamp?
        try fold { _, issue in
            if let stamp { return stamp }
            let issued = try issue(wall)
            stamp = issued
            return issued
        }
    }

    private struct Entry {
        let seq: Int64
        let table: Int
        let row: RowKey
        let operation: CaptureTriggers.Operation
        let columns: UInt64
        let wall: Int64
    }

    private typealias Issue = (_ wall: UInt64) throws -> Stamp

    private func hasEntries() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_log LIMIT 1", in: db).step()
    }

    private func fold(stampOf: (Entry, Issue) throws -> Stamp) throws {
        let state = StoreState(db: db)
        var entries = try nextEntries()
        guard !entries.isEmpty else { return }
        let replica = try state.replica
        var clock = try state.clock
        while let last = entries.last {
            for entry in entries {
                let stamp = try stampOf(entry) { wall in
                    Stamp(time: try clock.tick(wall: wall), replica: replica)
                }
                try fold(entry, stamp: stamp)
            }
            try PreparedStatement("DELETE FROM sync_log WHERE seq <= ?", in: db)
                .run(.integer(last.seq))
            entries = try nextEntries()
        }
        try state.setClock(clock)
    }

    /// The next entries, oldest first, so many at a time that memory stays bounded.
    private func nextEntries() throws -> [Entry] {
        let statement = try PreparedStatement(
            "SELECT seq, tbl, row, op, columns, wall FROM sync_log ORDER BY seq LIMIT 4096", in: db)
        var entries: [Entry] = []
        while try statement.step() {
            guard
                let row = RowKey(statement.bytes(2)),
                let operation = CaptureTriggers.Operation(rawValue: statement.integer(3))
            else { throw StoreError.damaged("sync_log") }
            entries.append(
                Entry(
                    seq: statement.integer(0), table: Int(statement.integer(1)), row: row,
                    operation: operation, columns: UInt64(clamping: statement.integer(4)),
                    wall: statement.integer(5)))
        }
        return entries
    }

    private func fold(_ entry: Entry, stamp: Stamp) throws {
        let clocks = ClockTable(db: db)
        let old = try clocks.clock(of: entry.row, in: entry.table)
        var clock = old
        switch entry.operation {
        case .insert where !old.isAlive, .update where !old.isAlive:
            clock = RowClock(life: old.life + 1, began: stamp)
            try markWhole(entry)
        case .insert, .update:
            // An insert over a living row is INSERT OR REPLACE: it writes every column.
            for column in 1...Limits.columns where entry.columns & 1 << UInt64(column) != 0 {
                clock.exceptions[column] = stamp
            }
            try mark(entry, columns: entry.columns, whole: false)
        case .delete where old.isAlive:
            clock = RowClock(life: old.life + 1, began: stamp)
            try markDeleted(entry)
        case .delete:
            return
        }
        try clocks.set(clock, of: entry.row, in: entry.table, replacing: old)
    }

    private func markWhole(_ entry: Entry) throws {
        try mark(entry, columns: schema.table(id: entry.table)?.columnBits ?? 0, whole: true)
    }

    private func mark(_ entry: Entry, columns: UInt64, whole: Bool) throws {
        try Outbox(db: db, schema: schema)
            .mark(entry.row, in: entry.table, columns: columns, isWhole: whole)
    }

    private func markDeleted(_ entry: Entry) throws {
        try PreparedStatement(
            "INSERT OR REPLACE INTO sync_outbox(tbl, row, columns, whole) VALUES(?, ?, 0, 0)",
            in: db
        ).run(.integer(Int64(entry.table)), .blob(entry.row.bytes))
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
