import GRDB

/// What a replica writes itself while it merges, so that declared constraints hold and deletions
/// stand: ordinary writes with a stamp of their own, that travel to the others like any other.
///
/// Each replica that notices a breach writes the same repair; the later one stands, and changes
/// nothing more.
final class RepairWrites {
    private let session: StoreSession
    private let wall: UInt64
    private var log = OperationLog()
    private var stamp: StampNumber?
    /// The names of the tables it wrote to.
    private(set) var tables: Set<String> = []
    /// The rows it deleted.
    private(set) var deleted: [(table: TableID, key: RowKey)] = []

    init(_ session: StoreSession, wall: UInt64) {
        self.session = session
        self.wall = wall
    }

    /// Stores the log of what was written; the clocks have it already.
    func finish() throws {
        guard let stamp else { return }
        let state = StoreState(db: session.db)
        try PreparedStatement("UPDATE sync_stamps SET ops = ? WHERE number = ?", in: session.db)
            .run(.blob(log.bytes), .stamp(stamp))
        try state.set("compacted", .stamp(max(try state.compacted, stamp)))
    }

    /// Applies the declared actions to the children of a row that is about to be deleted: by
    /// SQLite's own actions they would change without being noted.
    func orphan(childrenOf key: RowKey, in parent: TableStore) throws {
        try session.schema.forEachReference(to: parent.table) { child, reference in
            guard let store = try session.table(child.id) else { return }
            // A row may be its own parent, and have its key in common with another's.
            let isSame = store.table.id == parent.table.id
            for row in try children(of: key, by: reference, in: store) where !isSame || row != key {
                try act(on: row, reference, in: store)
            }
        }
    }

    /// Applies the declared actions to a row whose parents were deleted.
    func enforceParents(of key: RowKey, in table: TableStore) throws {
        for reference in table.table.references {
            guard
                let column = table.table.column(named: reference.column),
                let rowID = try table.rowID(of: key),
                case .blob(let bytes) = try table.value(of: column.id, at: rowID),
                let parentKey = RowKey(bytes),
                let parentTable = session.schema.table(named: reference.parent),
                parentKey != key || parentTable.id != table.table.id,
                let parent = try session.table(parentTable.id),
                try parent.rowID(of: parentKey) == nil
            else { continue }
            try act(on: key, reference, in: table)
        }
    }

    /// Sets a column to null.
    func clear(_ column: ColumnID, of key: RowKey, in table: TableStore) throws {
        guard case .alive(let row) = try table.row(key) else { return }
        let stamp = try stampNumber()
        try table.update(column, at: row.rowID, to: .null)
        var written = row
        written.clock.set(stamp, of: column)
        try table.replace(row, with: written, in: session)
        log.append(.update(row: row.rowID, column: column), in: table.table.id)
        tables.insert(table.table.name)
    }

    /// Deletes once more what a server that was set back has again, and all had long forgotten.
    ///
    /// - Parameter causalLength: The causal length that the row does not have.
    func deleteAgain(_ key: RowKey, causalLength: UInt32, in table: TableStore) throws {
        try table.addTombstone(key, causalLength: causalLength, stamp: try stampNumber())
        session.noteTombstone(in: table)
        // It lies nowhere: no operation before this one is about its row id.
        log.append(.delete(row: SQLRowID(-1), key: key), in: table.table.id)
        deleted.append((table.table.id, key))
    }

    private func act(
        on key: RowKey, _ reference: SyncedReference, in table: TableStore
    ) throws {
        switch reference.onDelete {
        case .cascade: try delete(key, in: table)
        case .setNull:
            guard let column = table.table.column(named: reference.column) else { return }
            try clear(column.id, of: key, in: table)
        }
    }

    private func delete(_ key: RowKey, in table: TableStore) throws {
        try orphan(childrenOf: key, in: table)
        guard case .alive(let row) = try table.row(key) else { return }
        let stamp = try stampNumber()
        let conflicts = ConflictLog(session, wall: wall)
        try conflicts.add(
            .rowDeleted, table.table.id, key, column: .wholeRow, lost: try table.values(of: row),
            lostStamp: row.createdStamp, wonStamp: stamp)
        try conflicts.flush()
        try table.delete(row, in: session)
        try table.addTombstone(key, causalLength: row.causalLength + 1, stamp: stamp)
        log.append(.delete(row: row.rowID, key: key), in: table.table.id)
        deleted.append((table.table.id, key))
        tables.insert(table.table.name)
    }

    /// The keys of the rows that name `key` as their parent.
    func children(
        of key: RowKey, by reference: SyncedReference, in table: TableStore
    ) throws -> [RowKey] {
        let found = try PreparedStatement(
            """
            SELECT id FROM \(quoted(table.table.name)) WHERE \(quoted(reference.column)) = ?
            """, in: session.db)
        found.bind(key, at: 1)
        var keys: [RowKey] = []
        while try found.step() { keys.append(try found.key(0)) }
        return keys
    }

    /// The number of a stamp after everything that is being merged.
    private func stampNumber() throws -> StampNumber {
        if let stamp { return stamp }
        let state = StoreState(db: session.db)
        var clock = try state.clock
        let time = try clock.tick(wall: wall)
        try state.setReceived(clock.latest)
        let number = try session.stamps.append(
            Stamp(time: time, replica: try state.replica), causalCursor: try state.mergedSequence,
            sequence: nil,
            operations: [])
        stamp = number
        return number
    }
}
