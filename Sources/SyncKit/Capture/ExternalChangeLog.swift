import GRDB

/// What triggers logged of other programs' writes, turned into transactions of the store's log.
struct ExternalChangeLog {
    let db: Database
    /// The names of the synced tables by their ids.
    private let names: [TableID: String]

    init(_ db: Database, _ schema: SyncSchema) {
        self.db = db
        names = Dictionary(uniqueKeysWithValues: schema.allTables.map { ($0.id, $0.name) })
    }

    /// Whether other programs have written since the log was last taken.
    static func hasEntries(in db: Database) throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_external_changes LIMIT 1", in: db).step()
    }

    /// Empties the log; each stretch of one millisecond is handed over as one transaction, or all
    /// of it where it is known to be one.
    ///
    /// - Parameter source: Who added to counters, where that is known; else each entry's own.
    func take(
        asOne: Bool = false, source: UInt64? = nil,
        _ body: (_ wall: Int64, _ operations: [UInt8]) throws -> Void
    ) throws {
        var open: (wall: Int64, log: OperationLog)?
        // Rows that an insert may have replaced; the app's own triggers may have written between.
        var replaced: [Target: SQLRowID] = [:]
        var clashes = Clashes(db: db, names: names)
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
                    let rowID = replaced.removeValue(forKey: target)
                    // A replaced row leaves no entry of its own.
                    if row.entry == .insert, let rowID {
                        log.append(.delete(row: rowID, key: key), in: row.table)
                    }
                    if row.entry == .replace { replaced[target] = row.rowID }
                }
                clashes.note(row, in: &log)
                Self.append(row, to: &log, source: source)
                open = (row.wall, log)
            }
            try PreparedStatement("DELETE FROM sync_external_changes WHERE seq <= ?", in: db)
                .run(.integer(last.seq))
        }
        if var transaction = open {
            try clashes.finish(&transaction.log)
            if !transaction.log.isEmpty { try body(transaction.wall, transaction.log.bytes) }
        }
    }

    /// Rows that REPLACE may have deleted because another took their unique values.
    private struct Clashes {
        let db: Database
        let names: [TableID: String]
        private var keysByTarget: [RowTarget: RowKey] = [:]

        private struct RowTarget: Hashable {
            let table: TableID
            let row: SQLRowID
        }

        init(db: Database, names: [TableID: String]) {
            self.db = db
            self.names = names
        }

        /// Notes a row that may go; where another entry shows that one has gone, it is logged.
        mutating func note(_ row: Row, in log: inout OperationLog) {
            let target = RowTarget(table: row.table, row: row.rowID)
            switch row.entry {
            case .clash: keysByTarget[target] = row.key
            case .delete: keysByTarget[target] = nil
            case .insert:
                let known = keysByTarget.first {
                    $0.key.table == row.table && ($0.key.row == row.rowID || $0.value == row.key)
                }
                guard let known else { return }
                log.append(.delete(row: known.key.row, key: known.value), in: row.table)
                keysByTarget[known.key] = nil
            case .update, .replace, .add: break
            }
        }

        /// Logs the others that are not there any more.
        func finish(_ log: inout OperationLog) throws {
            let order = keysByTarget.sorted {
                ($0.key.table, $0.key.row) < ($1.key.table, $1.key.row)
            }
            for (target, key) in order {
                guard let name = names[target.table] else { continue }
                let isThere = try PreparedStatement(
                    "SELECT 1 FROM \(quoted(name)) WHERE _rowid_ = ? AND id = ?", in: db)
                try isThere.bind([.rowID(target.row), .blob(key.bytes)])
                guard try !isThere.step() else { continue }
                log.append(.delete(row: target.row, key: key), in: target.table)
            }
        }
    }

    private struct Target: Hashable {
        let table: TableID
        let key: RowKey
    }

    private struct Row {
        let seq: Int64
        let table: TableID
        let rowID: SQLRowID
        let key: RowKey?
        let entry: CaptureTriggers.Entry
        let columns: UInt64
        let wall: Int64
        /// Of an addition: who added, to what, and how much.
        let source: UInt64
        let old: Int64
        let difference: Int64
    }

    private static func append(_ row: Row, to log: inout OperationLog, source: UInt64?) {
        switch row.entry {
        case .insert: log.append(.insert(first: row.rowID, count: 1), in: row.table)
        case .update:
            for column in (1...UInt8(Limits.columns)).map({ ColumnID($0) })
            where row.columns & column.bit != 0 {
                log.append(.update(row: row.rowID, column: column), in: row.table)
            }
        case .delete:
            if let key = row.key { log.append(.delete(row: row.rowID, key: key), in: row.table) }
        case .add:
            guard let key = row.key else { return }
            let column = ColumnID(UInt8(clamping: row.columns))
            log.append(
                .add(
                    key: key, column: column, from: row.old, by: row.difference,
                    source: source ?? row.source),
                in: row.table)
        case .replace, .clash: break
        }
    }

    /// The next entries, oldest first, so many at a time that memory stays bounded.
    private func nextRows() throws -> [Row] {
        let found = try PreparedStatement(
            """
            SELECT seq, tbl, row_id, row, op, columns, wall, source, was, now
            FROM sync_external_changes ORDER BY seq LIMIT 4096
            """, in: db)
        var rows: [Row] = []
        while try found.step() {
            guard
                let entry = CaptureTriggers.Entry(rawValue: found.integer(4)),
                case let table = found.tableID(1),
                (1...Limits.highestTableID).contains(table.rawValue)
            else { throw StoreError.damaged("sync_external_changes") }
            rows.append(
                Row(
                    seq: found.integer(0), table: table, rowID: found.rowID(2),
                    key: RowKey(found.bytes(3)), entry: entry,
                    columns: UInt64(clamping: found.integer(5)), wall: found.integer(6),
                    source: UInt64(bitPattern: found.integer(7)), old: found.integer(8),
                    difference: found.integer(9) &- found.integer(8)))
        }
        return rows
    }
}
