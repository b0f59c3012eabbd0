import GRDB

/// What triggers logged of other programs' writes, turned into transactions of the store's log.
struct ForeignLog {
    let db: Database

    /// Whether other programs have written since the log was last taken.
    func hasEntries() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_foreign LIMIT 1", in: db).step()
    }

    /// Empties the log; each stretch of one millisecond is handed over as one transaction, or all
    /// of it where it is known to be one.
    func take(
        asOne: Bool = false, _ body: (_ wall: Int64, _ operations: [UInt8]) throws -> Void
    ) throws {
        var open: (wall: Int64, log: OperationLog)?
        // Rows that an insert may have replaced; the app's own triggers may have written between.
        var replaced: [Target: Int64] = [:]
        while true {
            let rows = try nextRows()
            guard let last = rows.last else { break }
            for row in rows {
                if var transaction = open, transaction.wall != row.wall, !asOne {
                    if !transaction.log.isEmpty {
                        try body(transaction.wall, transaction.log.bytes)
                    }
                    open = nil
                }
                var log = open?.log ?? OperationLog()
                if let key = row.key {
                    let target = Target(table: row.table, key: key)
                    let place = replaced.removeValue(forKey: target)
                    // A replaced row leaves no entry of its own.
                    if row.entry == .insert, let place {
                        log.append(.delete(row: place, key: key), in: row.table)
                    }
                    if row.entry == .replace { replaced[target] = row.place }
                }
                Self.append(row, to: &log)
                open = (row.wall, log)
            }
            try PreparedStatement("DELETE FROM sync_foreign WHERE seq <= ?", in: db)
                .run(.integer(last.seq))
        }
        if var transaction = open, !transaction.log.isEmpty {
            try body(transaction.wall, transaction.log.bytes)
        }
    }

    private struct Target: Hashable {
        let table: Int
        let key: RowKey
    }

    private struct Row {
        let seq: Int64
        let table: Int
        let place: Int64
        let key: RowKey?
        let entry: CaptureTriggers.Entry
        let columns: UInt64
        let wall: Int64
    }

    private static func append(_ row: Row, to log: inout OperationLog) {
        switch row.entry {
        case .insert: log.append(.insert(first: row.place, count: 1), in: row.table)
        case .update:
            for column in UInt8(1)...UInt8(Limits.columns)
            where row.columns & 1 << UInt64(column) != 0 {
                log.append(.update(row: row.place, column: column), in: row.table)
            }
        case .delete:
            if let key = row.key { log.append(.delete(row: row.place, key: key), in: row.table) }
        case .replace: break
        }
    }

    /// The next entries, oldest first, so many at a time that memory stays bounded.
    private func nextRows() throws -> [Row] {
        let found = try PreparedStatement(
            """
            SELECT seq, tbl, place, row, op, columns, wall FROM sync_foreign
            ORDER BY seq LIMIT 4096
            """, in: db)
        var rows: [Row] = []
        while try found.step() {
            guard let entry = CaptureTriggers.Entry(rawValue: found.integer(4)) else {
                throw StoreError.damaged("sync_foreign")
            }
            rows.append(
                Row(
                    seq: found.integer(0), table: Int(found.integer(1)), place: found.integer(2),
                    key: RowKey(found.bytes(3)), entry: entry,
                    columns: UInt64(clamping: found.integer(5)), wall: found.integer(6)))
        }
        return rows
    }
}
