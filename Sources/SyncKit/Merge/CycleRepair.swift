import GRDB

/// The rows of trees that one transaction of the engine has begun or put under other parents.
struct MovedRows {
    /// Whether the rows come in parts of a whole, as a snapshot's: what looks like a cycle may be
    /// none once all are there.
    var isDeferred = false
    private(set) var keys: [TableID: Set<RowKey>] = [:]
    /// Now, in milliseconds since 1970 UTC, by whoever noted the last row.
    private(set) var wall: UInt64 = 0

    @inline(__always)
    mutating func note(_ key: RowKey, in table: SyncedTable, wall: UInt64) {
        guard !table.treeReferences.isEmpty, !isDeferred else { return }
        keys[table.id, default: []].insert(key)
        self.wall = wall
    }

    /// Notes every row of every tree.
    mutating func noteAll(in session: StoreSession, wall: UInt64) throws {
        for table in session.schema.allTables where !table.treeReferences.isEmpty {
            let rows = try PreparedStatement(
                "SELECT id FROM \(quoted(table.name))", in: session.db)
            while try rows.step() { keys[table.id, default: []].insert(try rows.key(0)) }
        }
        self.wall = wall
    }

    mutating func take() -> [TableID: Set<RowKey>] {
        defer { keys = [:] }
        return keys
    }
}

/// Breaks the cycles in trees that replicas have made together: of the rows of a cycle the one that
/// was moved last becomes a root.
///
/// Every replica that has the same rows picks the same one. One that had fewer may have picked
/// another: each pick is an ordinary write, and all of them stand everywhere.
struct CycleRepair {
    let session: StoreSession

    /// Looks at the rows that were moved, once a transaction's changes are all merged.
    func run() throws {
        let wall = session.movedRows.wall
        let moved = session.movedRows.take()
        guard !moved.isEmpty else { return }
        let repairs = RepairWrites(session, wall: wall)
        let conflicts = ConflictLog(session, wall: wall)
        for (id, keys) in moved.sorted(by: { $0.key < $1.key }) {
            guard let table = try session.table(id) else { continue }
            for reference in table.table.treeReferences {
                guard let column = table.table.column(named: reference.column) else { continue }
                var tree = try Tree(table, column, in: session)
                for key in keys.sorted() {
                    while let cycle = try tree.cycle(above: key) {
                        try cut(cycle, column, in: table, repairs, conflicts)
                    }
                }
            }
        }
        try conflicts.flush()
        try repairs.finish()
    }

    private func cut(
        _ cycle: [RowKey], _ column: SyncedColumn, in table: TableStore, _ repairs: RepairWrites,
        _ conflicts: ConflictLog
    ) throws {
        let rows = try cycle.compactMap { key -> (stamp: Stamp, row: RowVersion)? in
            guard case .alive(let row) = try table.row(key) else { return nil }
            return (try session.stamps.stamp(row.stamp(of: column.id)), row)
        }
        // Rows that one transaction moved have one stamp.
        let last = rows.max { ($0.stamp, $0.row.key) < ($1.stamp, $1.row.key) }
        guard let row = last?.row else { return }
        let parent = try table.value(of: column.id, at: row.rowID)
        try repairs.clear(column.id, of: row.key, in: table)
        guard case .alive(let cleared) = try table.row(row.key) else { return }
        try conflicts.add(
            .cycleBroken, table.table.id, row.key, column: column.id, lost: [(column.id, parent)],
            lostStamp: row.stamp(of: column.id), wonStamp: cleared.stamp(of: column.id))
    }

    /// The parents of one table's rows.
    private struct Tree {
        private let find: PreparedStatement
        /// Rows that were followed up to a root.
        private var rooted: Set<RowKey> = []

        init(_ table: TableStore, _ column: SyncedColumn, in session: StoreSession) throws {
            find = try PreparedStatement(
                "SELECT \(quoted(column.name)) FROM \(quoted(table.table.name)) WHERE id = ?",
                in: session.db)
        }

        /// The rows of the cycle that a row is in or leads to; nil where it leads to a root. A row
        /// that is its own parent is one.
        mutating func cycle(above key: RowKey) throws -> [RowKey]? {
            var path = [key]
            var places = [key: 0]
            while let last = path.last, !rooted.contains(last), let parent = try parent(of: last),
                parent != last
            {
                if let place = places[parent] { return Array(path[place...]) }
                places[parent] = path.count
                path.append(parent)
            }
            rooted.formUnion(path)
            return nil
        }

        private func parent(of key: RowKey) throws -> RowKey? {
            find.bind(key, at: 1)
            defer { find.reset() }
            guard try find.step(), case .blob(let bytes) = find.value(0) else { return nil }
            return RowKey(bytes)
        }
    }
}
