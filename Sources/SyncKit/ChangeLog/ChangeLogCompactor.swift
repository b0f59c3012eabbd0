import GRDB

/// Compacts what transactions did into the clocks of rows.
///
/// Until then the log alone knows: a write costs one record, and many writes are compacted
/// together.
struct ChangeLogCompactor {
    let session: StoreSession

    /// Compacts everything up to now.
    func compact() throws {
        let state = StoreState(db: session.db)
        let compacted = try state.compacted
        // All at once: the log says row ids, and the tables which rows lie there now, not in
        // between.
        var compactors: [TableID: TableCompactor] = [:]
        let last = try read(after: compacted) { table, operation, stamp in
            try compactor(of: table, in: &compactors)?.add(operation, stamp: stamp)
        }
        guard let last else { return }
        let byTable = compactors.sorted(by: { $0.key < $1.key })
        for (_, compactor) in byTable {
            try compactor.beginRows()
            try compactor.noteAdditions()
            try compactor.compactPart()
        }
        try compactOtherParts(of: compactors, after: compacted)
        try state.set("compacted", .stamp(last))
        for (table, compactor) in byTable {
            try PendingDependencies(session).release(compactor.awaited, in: table)
        }
    }

    /// Compacts what was added to counters alone: for a log whose row ids mean nothing any more.
    func compactCounters() throws {
        var compactors: [TableID: TableCompactor] = [:]
        _ = try read(after: try StoreState(db: session.db).compacted) { table, operation, stamp in
            try compactor(of: table, in: &compactors)?.addCounters(of: operation, stamp: stamp)
        }
        for compactor in compactors.values { try compactor.noteAdditions() }
    }

    private func compactOtherParts(
        of compactors: [TableID: TableCompactor], after compacted: StampNumber
    )
        throws
    {
        var unfinished = compactors.filter(\.value.hasNextPart)
        while !unfinished.isEmpty {
            for compactor in unfinished.values { compactor.beginNextPart() }
            _ = try read(after: compacted) { table, operation, stamp in
                unfinished[table]?.addAgain(operation, stamp: stamp)
            }
            for (_, compactor) in unfinished.sorted(by: { $0.key < $1.key }) {
                try compactor.compactPart()
            }
            unfinished = unfinished.filter(\.value.hasNextPart)
        }
    }

    /// Hands the operations of the transactions after `compacted` to `body`; the number of the last
    /// transaction.
    private func read(
        after compacted: StampNumber,
        _ body: (_ table: TableID, _ operation: Operation, _ stamp: StampNumber) throws -> Void
    ) throws -> StampNumber? {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(compacted, at: 1)
        var last: StampNumber?
        while try found.step() {
            let number = found.stampNumber(0)
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

    private func compactor(
        of table: TableID, in compactors: inout [TableID: TableCompactor]
    ) throws -> TableCompactor? {
        if let known = compactors[table] { return known }
        guard let store = try session.table(table) else { return nil }
        let compactor = TableCompactor(session: session, table: store)
        compactors[table] = compactor
        return compactor
    }
}
