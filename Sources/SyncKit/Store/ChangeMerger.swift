import GRDB

/// Merges changes of other replicas into the tables and clocks.
///
/// Runs with triggers off, so that what arrives is not captured as written here.
struct ChangeMerger {
    let db: Database
    let schema: SyncSchema

    /// Merges a batch; returns how many changes altered something.
    func merge(_ batch: ChangeBatch) throws -> Int {
        var altered = 0
        for change in batch.changes where try merge(change) { altered += 1 }
        return altered
    }

    /// Tries again every change that waits, as when the schema has grown.
    func retryAllWaiting() throws {
        let waiting = try takeWaiting("1", [])
        try TriggerSwitch.withTriggersOff(db) {
            for change in waiting { _ = try merge(change, again: true) }
        }
    }

    private func merge(_ change: RowChange, again: Bool = false) throws -> Bool {
        guard let table = schema.table(id: change.table) else {
            // A newer program's table: kept until this one knows it.
            try keepWaiting(change)
            return false
        }
        let clocks = ClockTable(db: db)
        let old = try clocks.clock(of: change.key, in: change.table)
        var clock = old
        let outcome = clock.merge(change, again: again)
        switch outcome {
        case .wait:
            try keepWaiting(change)
            return false
        case .unchanged:
            break
        case .delete:
            try RowTable(db: db, table: table).delete(change.key)
        case .insert:
            try RowTable(db: db, table: table)
                .insert(change.key, values: change.cells.mapValues(\.value))
            try keepUnknownColumns(of: change, knowing: table)
        case .update(let columns):
            try update(columns, of: change, in: table)
            try keepUnknownColumns(of: change, knowing: table)
        }
        try clocks.set(clock, of: change.key, in: change.table, replacing: old)
        if outcome == .insert { try retryWaiting(for: change) }
        return outcome != .unchanged
    }

    private func update(_ columns: [Int], of change: RowChange, in table: SyncedTable) throws {
        let rows = RowTable(db: db, table: table)
        for column in table.columns where columns.contains(column.id) {
            guard let cell = change.cells[column.id] else { continue }
            try rows.update(change.key, column: column, to: cell.value)
        }
    }

    /// A newer program's columns: kept until this one knows them.
    private func keepUnknownColumns(of change: RowChange, knowing table: SyncedTable) throws {
        let known = Set(table.columns.map(\.id))
        let unknown = change.cells.filter { !known.contains($0.key) }
        guard !unknown.isEmpty else { return }
        var rest = change
        rest.cells = unknown
        rest.isWhole = false
        try keepWaiting(rest)
    }

    private func keepWaiting(_ change: RowChange) throws {
        try PreparedStatement(
            "INSERT OR IGNORE INTO sync_waiting(tbl, row, change) VALUES(?, ?, ?)", in: db
        ).run(
            .integer(Int64(change.table)), .blob(change.key.bytes),
            .blob(ChangeBatch(changes: [change]).encoded()))
    }

    private func retryWaiting(for change: RowChange) throws {
        let place: [SQLValue] = [.integer(Int64(change.table)), .blob(change.key.bytes)]
        for waiting in try takeWaiting("tbl = ? AND row = ?", place)
        where waiting != change {
            _ = try merge(waiting, again: true)
        }
    }

    private func takeWaiting(_ condition: String, _ values: [SQLValue]) throws -> [RowChange] {
        var changes: [RowChange] = []
        do {
            let found = try PreparedStatement(
                "SELECT change FROM sync_waiting WHERE \(condition)", in: db)
            try found.bind(values)
            while try found.step() {
                changes += try ChangeBatch(decoding: found.bytes(0)).changes
            }
        }
        guard !changes.isEmpty else { return [] }
        try PreparedStatement("DELETE FROM sync_waiting WHERE \(condition)", in: db).run(values)
        return changes
    }
}
