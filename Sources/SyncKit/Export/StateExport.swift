import GRDB

/// Exports the whole state: rows, tombstones, counters, and what waits for a newer program.
struct StateExport {
    let session: StoreSession

    /// Hands batches to `emit`, one at a time, so that memory stays bounded.
    func run(_ emit: (ChangeBatch) throws -> Void) throws {
        let builder = BatchBuilder(session, keepsSequences: true)
        for table in try session.allTables() {
            try exportRows(of: table, with: builder, emit)
            try exportTombstones(of: table, with: builder, emit)
        }
        if !builder.isEmpty { try emit(builder.take()) }
        for batch in try PendingDependencies(session).all() { try emit(batch) }
    }

    private func exportRows(
        of table: TableStore, with builder: BatchBuilder, _ emit: (ChangeBatch) throws -> Void
    ) throws {
        let scan = try RowScan(table, in: session.db)
        let ledger = CountLedger(session, table: table.table.id)
        try scan.start()
        while try scan.next() {
            if builder.isFull { try emit(builder.take()) }
            try builder.addRow(scan, in: table)
            guard !table.counters.isEmpty else { continue }
            for entry in try ledger.entries(of: scan.key) {
                try builder.addCount(
                    entry, of: scan.key, causalLength: scan.clock.causalLength, in: table)
            }
        }
    }

    private func exportTombstones(
        of table: TableStore, with builder: BatchBuilder, _ emit: (ChangeBatch) throws -> Void
    ) throws {
        let tombstones = try PreparedStatement(
            "SELECT row, causal_length, stamp FROM sync_tombstones_\(table.table.id)",
            in: session.db)
        while try tombstones.step() {
            if builder.isFull { try emit(builder.take()) }
            try builder.addDelete(
                try tombstones.key(0), causalLength: UInt32(clamping: tombstones.integer(1)),
                stamp: tombstones.stampNumber(2), in: table)
        }
    }
}
