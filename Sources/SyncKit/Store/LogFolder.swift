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
        var folders: [Int: TableFolder] = [:]
        guard let last = try read(after: try state.folded, into: &folders) else { return }
        let byTable = folders.sorted(by: { $0.key < $1.key })
        for (_, folder) in byTable { try folder.finish() }
        try state.set("folded", .integer(last))
        for (table, folder) in byTable {
            try WaitingRoom(session).release(folder.awaited, in: table)
        }
    }

    /// Hands the operations of the transactions after `folded` to the folders of their tables; the
    /// number of the last transaction.
    private func read(
        after folded: Int64, into folders: inout [Int: TableFolder]
    ) throws -> Int64? {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(folded, at: 1)
        var last: Int64?
        // Of one transaction at a time: what is held of the rest is no more than it takes.
        var operations: [(table: Int, operation: Operation)] = []
        while try found.step() {
            let number = found.integer(0)
            operations.removeAll(keepingCapacity: true)
            try OperationLog.read(found.bytes(1)) { operations.append(($0, $1)) }
            for (table, operation) in operations {
                try folder(of: table, in: &folders)?.add(operation, stamp: number)
            }
            last = number
        }
        return last
    }

    private func folder(
        of table: Int, in folders: inout [Int: TableFolder]
    ) throws -> TableFolder? {
        if let known = folders[table] { return known }
        guard let store = try session.table(table) else { return nil }
        let folder = TableFolder(session: session, table: store)
        folders[table] = folder
        return folder
    }
}
