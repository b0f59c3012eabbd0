import GRDB

extension BatchMerger {
    /// Merges what sources have added to counters: of each source the total with the greatest
    /// number counts, and the column holds the sum over sources.
    func mergeCounts(_ counts: [TableChanges.Count], into table: TableStore) throws {
        for count in counts {
            let life: UInt32
            switch try table.row(count.key) {
            case .alive(let place, _, let clock) where clock.life == count.life:
                if table.counters.contains(count.column) {
                    try merge(count, at: place, in: table)
                } else {
                    try keep(count, in: table)
                }
                continue
            case .alive(_, _, let clock): life = clock.life
            case .dead(let known, _): life = known
            case .unseen: life = 0
            }
            if life < count.life { try keep(count, in: table) }
        }
    }

    private func merge(
        _ count: TableChanges.Count, at place: Int64, in table: TableStore
    ) throws {
        let ledger = CountLedger(session, table: table.table.id)
        let known = try ledger.entry(of: count.key, count.column, source: count.source)
        var entry = CountLedger.Entry(
            column: count.column, source: count.source, number: count.number, stamp: 0,
            total: count.total)
        if let known { guard entry.contains(known) else { return } }
        entry.stamp = try number(count.stamp)
        try ledger.set(entry, replacing: known, of: count.key)
        guard case .integer(let value) = try table.value(of: count.column, at: place) else {
            throw StoreError.damaged("a counter")
        }
        let sum = value &+ count.total &- (known?.total ?? 0)
        if sum != value { try table.update(count.column, at: place, to: .integer(sum)) }
        noteAltered()
    }

    private func keep(_ count: TableChanges.Count, in table: TableStore) throws {
        var changes = TableChanges(table: table.table.id)
        changes.counts = [count]
        try waiting.keep(changes, of: batch, at: sequence, row: count.key)
    }
}
