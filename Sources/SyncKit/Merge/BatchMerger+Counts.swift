import GRDB

extension BatchMerger {
    /// Merges what replicas have added to counters: of each replica the latest total counts, and
    /// the column holds the sum over replicas.
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
        let known = try ledger.total(at: place, count.column, of: stamp(count.stamp).replica)
        if let known {
            guard try session.stamps.stamp(known.stamp) < stamp(count.stamp) else { return }
        }
        try ledger.set(
            count.total, count.key, at: place, count.column, stamp: try number(count.stamp),
            replica: stamp(count.stamp).replica, isSent: true)
        let sum = try ledger.sum(at: place, count.column)
        try table.update(count.column, at: place, to: .integer(sum))
        noteAltered()
    }

    private func keep(_ count: TableChanges.Count, in table: TableStore) throws {
        var changes = TableChanges(table: table.table.id)
        changes.counts = [count]
        try waiting.keep(changes, of: batch, at: sequence, row: count.key)
    }
}
