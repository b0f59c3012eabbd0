import GRDB

/// Folds what transactions did into the clocks of rows.
///
/// Until then the log alone knows: a write costs one record, and many writes fold together.
struct LogFolder {
    let session: StoreSession

    /// Folds everything up to now.
    func fold() throws {
        let state = StoreState(db: session.db)
        let folded = try state.folded
        // All at once: the log says places, and the tables which rows lie there now, not in
        // between.
        var folders: [Int: TableFolder] = [:]
        let last = try read(after: folded) { table, operation, stamp in
            try folder(of: table, in: &folders)?.add(operation, stamp: stamp)
        }
        guard let last else { return }
        let byTable = folders.sorted(by: { $0.key < $1.key })
        for (_, folder) in byTable {
            try folder.beginRows()
            try folder.noteAdditions()
            try folder.foldPart()
        }
        try foldOtherParts(of: folders, after: folded)
        try state.set("folded", .integer(last))
        for (table, folder) in byTable {
            try WaitingRoom(session).release(folder.awaited, in: table)
        }
    }

    /// Folds what was added to counters alone: for a log whose places mean nothing any more.
    func foldCounters() throws {
        var folders: [Int: TableFolder] = [:]
        _ = try read(after: try StoreState(db: session.db).folded) { table, operation, stamp in
            try folder(of: table, in: &folders)?.addCounters(of: operation, stamp: stamp)
        }
        for folder in folders.values { try folder.noteAdditions() }
    }

    private func foldOtherParts(of folders: [Int: TableFolder], after folded: Int64) throws {
        var unfinished = folders.filter(\.value.hasNextPart)
        while !unfinished.isEmpty {
            for folder in unfinished.values { folder.beginNextPart() }
            _ = try read(after: folded) { table, operation, stamp in
                unfinished[table]?.addAgain(operation, stamp: stamp)
            }
            for (_, folder) in unfinished.sorted(by: { $0.key < $1.key }) {
                try folder.foldPart()
            }
            unfinished = unfinished.filter(\.value.hasNextPart)
        }
    }

    /// Hands the operations of the transactions after `folded` to `body`; the number of the last
    /// transaction.
    private func read(
        after folded: Int64,
        _ body: (_ table: Int, _ operation: Operation, _ stamp: Int64) throws -> Void
    ) throws -> Int64? {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(folded, at: 1)
        var last: Int64?
        while try found.step() {
            let number = found.integer(0)
            // A transaction may be as large as a library: its operations are never held.
            var failure: (any Error)?
            try OperationLog.read(found.bytes(1)) { table, operation in
                guard failure == nil else { return }
                do { try body(table, operation, number) } catch { failure = error }
            }
            if let failure { throw failure }
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
