import GRDB

/// Folds what transactions did into the clocks of rows.
///
/// Until then the log alone knows: a write costs one record, and many writes fold together.
struct LogFolder {
    let session: StoreSession

    /// Folds everything up to now.
    func fold() throws {
        let state = StoreState(db: session.db)
        var folded = try state.folded
        while true {
            let (events, last) = try next(after: folded)
            guard let last else { break }
            for (table, events) in events.sorted(by: { $0.key < $1.key }) {
                guard let store = try session.table(table) else { continue }
                try TableFolder(session: session, table: store).fold(events)
            }
            folded = last
        }
        if folded != (try state.folded) { try state.set("folded", .integer(folded)) }
    }

    /// The operations of the next transactions, a bounded number of them at a time.
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
        var (last, bytes): (Int64?, Int) = (nil, 0)
        while bytes < Limits.foldBytes, try found.step() {
            let number = found.integer(0)
            let operations = found.bytes(1)
            try OperationLog.read(operations) { table, operation in
                events[table, default: []].append(
                    TableFolder.Event(operation: operation, stamp: number))
            }
            bytes += operations.count
            last = number
        }
        found.reset()
        return (events, last)
    }
}
