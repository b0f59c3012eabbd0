import GRDB

/// Changes whose table, column or row is not known here yet, kept as small batches.
///
/// They belong to the state: snapshots carry them on, so that an old program loses nothing that a
/// newer one wrote.
struct PendingDependencies {
    private let session: StoreSession
    private var db: Database { session.db }

    init(_ session: StoreSession) {
        self.session = session
    }

    /// Keeps `changes`, whose stamps are those of `batch`.
    ///
    /// - Parameters:
    ///   - sequence: The sequence at which they became known, where their stamps do not say it.
    ///   - row: The row whose beginning is waited for; nil for a whole table's changes.
    ///   - table: That row's table, where it is not the changes' own.
    func keep(
        _ changes: TableChanges, of batch: ChangeBatch, at sequence: ServerSequence, row: RowKey?,
        in table: TableID? = nil
    ) throws {
        try keep(changes, of: batch, at: sequence, row: row, in: table) { _ in 0 }
    }

    /// Keeps changes of a row that its table refuses.
    ///
    /// - Throws: `DatabaseError` where there is no room for more: the segment is then set aside.
    func keepRefused(
        _ changes: TableChanges, of batch: ChangeBatch, at sequence: ServerSequence, row: RowKey
    ) throws {
        guard try session.countRefused() < Limits.refusedChanges else {
            throw DatabaseError(
                resultCode: .SQLITE_CONSTRAINT, message: "too many values are refused")
        }
        try keep(changes, of: batch, at: sequence, row: row, in: nil) { kept in
            let known = kept.stamps.filter { $0.stamp != .zero }.map(\.sequence).min() ?? .none
            return known > .none ? known.rawValue : -1
        }
        session.noteRefused()
    }

    private func keep(
        _ changes: TableChanges, of batch: ChangeBatch, at sequence: ServerSequence, row: RowKey?,
        in table: TableID?, refused: (ChangeBatch) -> Int64
    ) throws {
        var kept = ChangeBatch()
        kept.stamps = batch.stamps
        kept.tables = [changes]
        kept = kept.withoutUnusedStamps()
        for index in kept.stamps.indices
        where kept.stamps[index].sequence == .none && kept.stamps[index].stamp != .zero {
            kept.stamps[index].sequence = sequence
        }
        try PreparedStatement(
            """
            INSERT OR IGNORE INTO sync_dependencies(tbl, row, batch, refused) VALUES(?, ?, ?, ?)
            """, in: db
        ).run(
            .table(table ?? changes.table), .blob(row?.bytes ?? []), .blob(kept.encoded()),
            .integer(refused(kept)))
        session.hasPendingDependencies = true
    }

    /// Merges what waited for a row that has begun, or drops it where the row is dead.
    func release(_ key: RowKey, in table: TableID, to merger: BatchMerger) throws {
        guard session.hasPendingDependencies else { return }
        let row: [SQLValue] = [.table(table), .blob(key.bytes)]
        try merge(try take("tbl = ? AND row = ?", row), like: merger)
    }

    /// The same for rows that this replica has written.
    func release(_ keys: Set<RowKey>, in table: TableID) throws {
        guard !keys.isEmpty else { return }
        let wall = try keepClock().milliseconds
        for key in keys.sorted() {
            let row: [SQLValue] = [.table(table), .blob(key.bytes)]
            for batch in try take("tbl = ? AND row = ?", row) {
                let merger = try BatchMerger(
                    batch, at: 0, wall: wall, in: session, isReleasing: true)
                try merger.merge()
                for name in merger.alteredTables { try db.notifyChanges(in: Table(name)) }
            }
        }
    }

    /// Drops what the account has known for so long that a snapshot holds it, if anybody does.
    func dropKnown() throws {
        try rewrite { batch in
            batch.stamps.contains { $0.sequence == .none && $0.stamp != .zero } ? batch : nil
        }
    }

    /// Forgets at which sequences the changes became known: they meant another order.
    func forgetSequences() throws {
        try rewrite { $0.withoutSequences() }
    }

    /// Tries everything again, as when the schema has grown.
    func releaseAll(wall: UInt64) throws {
        guard session.hasPendingDependencies else { return }
        try keepClock()
        for batch in try take("1", []) {
            try BatchMerger(batch, at: 0, wall: wall, in: session, isReleasing: true).merge()
        }
    }

    /// Tries the longest known refused changes again; returns the names of the tables that changed.
    func retryRefused(wall: UInt64) throws -> Set<String> {
        try keepClock()
        let oldest = """
            (tbl, row, batch) IN (SELECT tbl, row, batch FROM sync_dependencies
            WHERE refused <> 0 ORDER BY refused < 0, refused LIMIT \(Limits.refusedChangesRetried))
            """
        var tables: Set<String> = []
        for batch in try take(oldest, []) {
            let merger = try BatchMerger(batch, at: 0, wall: wall, in: session, isReleasing: true)
            try merger.merge()
            tables.formUnion(merger.alteredTables)
        }
        return tables
    }

    /// Notes the latest moment: stamps that are stored from here on are older, and it must not fall
    /// back to the last of them.
    @discardableResult
    private func keepClock() throws -> HybridTimestamp {
        let state = StoreState(db: db)
        let latest = try state.clock.latest
        try state.setReceived(latest)
        return latest
    }

    /// Every waiting batch.
    func all() throws -> [ChangeBatch] {
        let found = try PreparedStatement("SELECT batch FROM sync_dependencies", in: db)
        var batches: [ChangeBatch] = []
        while try found.step() { batches.append(try ChangeBatch(decoding: found.bytes(0))) }
        return batches
    }

    private func merge(_ batches: [ChangeBatch], like merger: BatchMerger) throws {
        for batch in batches {
            let again = try BatchMerger(
                batch, at: merger.sequence, wall: merger.conflicts.wall, in: session,
                isReleasing: true)
            try again.merge()
        }
    }

    private func take(_ condition: String, _ values: [SQLValue]) throws -> [ChangeBatch] {
        let found = try PreparedStatement(
            "SELECT batch FROM sync_dependencies WHERE \(condition)", in: db)
        try found.bind(values)
        var batches: [ChangeBatch] = []
        while try found.step() { batches.append(try ChangeBatch(decoding: found.bytes(0))) }
        found.reset()
        guard !batches.isEmpty else { return [] }
        try PreparedStatement("DELETE FROM sync_dependencies WHERE \(condition)", in: db).run(
            values)
        try session.lookForPendingDependencies()
        return batches
    }

    /// Puts what `body` makes of each waiting batch in its place; nothing, where that is nil.
    private func rewrite(_ body: (ChangeBatch) -> ChangeBatch?) throws {
        guard session.hasPendingDependencies else { return }
        let found = try PreparedStatement(
            "SELECT tbl, row, batch, refused FROM sync_dependencies", in: db)
        var entries: [(table: Int64, row: [UInt8], batch: ChangeBatch, refused: Int64)] = []
        while try found.step() {
            guard let batch = body(try ChangeBatch(decoding: found.bytes(2))) else { continue }
            // What is left has no sequence any more.
            let refused: Int64 = found.integer(3) == 0 ? 0 : -1
            entries.append((found.integer(0), found.bytes(1), batch, refused))
        }
        found.reset()
        try db.execute(sql: "DELETE FROM sync_dependencies")
        let insert = try PreparedStatement(
            """
            INSERT OR IGNORE INTO sync_dependencies(tbl, row, batch, refused) VALUES(?, ?, ?, ?)
            """, in: db)
        for entry in entries {
            try insert.run(
                .integer(entry.table), .blob(entry.row), .blob(entry.batch.encoded()),
                .integer(entry.refused))
        }
        try session.lookForPendingDependencies()
    }
}
