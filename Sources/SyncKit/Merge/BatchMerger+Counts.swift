import GRDB

extension BatchMerger {
    /// Merges what sources have added to counters: of each source the total with the greatest
    /// number counts, and the column holds the sum over sources.
    func mergeCounts(_ counts: [TableChanges.Count], into table: TableStore) throws {
        for count in counts {
            let causalLength: UInt32
            switch try table.row(count.key) {
            case .alive(let row) where row.causalLength == count.causalLength:
                if table.counters.contains(count.column) {
                    try merge(count, at: row.rowID, in: table)
                } else {
                    try keep(count, in: table)
                }
                continue
            case .alive(let row): causalLength = row.causalLength
            case .dead(let known, _): causalLength = known
            case .unseen: causalLength = 0
            }
            if causalLength < count.causalLength { try keep(count, in: table) }
        }
    }

    private func merge(
        _ count: TableChanges.Count, at rowID: SQLRowID, in table: TableStore
    ) throws {
        let ledger = CountLedger(session, table: table.table.id)
        let known = try ledger.entry(of: count.key, count.column, source: count.source)
        var entry = CountLedger.Entry(
            column: count.column, source: count.source, number: count.number, stamp: .zero,
            total: count.total)
        if let known { guard entry.contains(known) else { return } }
        entry.stamp = try number(count.stamp)
        try ledger.set(entry, replacing: known, of: count.key)
        guard case .integer(let value) = try table.value(of: count.column, at: rowID) else {
            throw StoreError.damaged("a counter")
        }
        let sum = value &+ count.total &- (known?.total ?? 0)
        if sum != value { try table.update(count.column, at: rowID, to: .integer(sum)) }
        noteAltered()
    }

    private func keep(_ count: TableChanges.Count, in table: TableStore) throws {
        var changes = TableChanges(table: table.table.id)
        changes.counts = [count]
        try dependencies.keep(changes, of: batch, at: sequence, row: count.key)
    }
}
