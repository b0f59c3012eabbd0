import GRDB

/// Folds what transactions did into the clocks of rows.
///
/// Until then the log alone knows: a write costs one record, and many writes fold together.
struct LogFolder {
    let session: StoreSession

    /// Folds everything up to now.
    func fold() throws {
        let state = StoreState(db: session.db)
        // All at once: the log says places, and the tables which rows lie there now, not in
        // between.
        let (events, last) = try next(after: try state.folded)
        guard let last else { return }
        var awaited: [(table: Int, keys: Set<RowKey>)] = []
        for (table, events) in events.sorted(by: { $0.key < $1.key }) {
            guard let store = try session.table(table) else { continue }
            var folder = TableFolder(session: session, table: store)
            try folder.fold(events)
            awaited.append((table, folder.awaited))
        }
        try state.set("folded", .integer(last))
        for rows in awaited { try WaitingRoom(session).release(rows.keys, in: rows.table) }
    }

    /// The operations of the transactions after `folded`, by table.
    private func next(
        after folded: Int64
    ) throws -> (events: [Int: [TableFolder.Event]], last: Int64?) {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(folded, at: 1)
        var events: [Int: [TableFolder.Event]] = [:]
        var last: Int64?
        while try found.step() {
            let number = found.integer(0)
            try OperationLog.read(found.bytes(1)) { table, operation in
                events[table, default: []].append(
                    TableFolder.Event(operation: operation, stamp: number))
            }
            last = number
        }
        found.reset()
        return (events, last)
    }
}
