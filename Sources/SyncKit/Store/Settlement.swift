import GRDB

/// Marks own transactions as known to the account.
struct Settlement {
    let session: StoreSession

    /// Everything up to the stamp `last` is known at `sequence` of the account's order.
    func settle(through last: Int64, sequence: Int64) throws {
        let state = StoreState(db: session.db)
        let settled = try state.settled
        guard last > settled else { return }
        try PreparedStatement(
            """
            UPDATE sync_stamps SET sequence = ?1, ops = NULL
            WHERE number > ?2 AND number <= ?3 AND ops IS NOT NULL
            """, in: session.db
        ).run(.integer(sequence), .integer(settled), .integer(last))
        try PreparedStatement(
            """
            UPDATE sync_counts SET sent_stamp = stamp, sent_total = total
            WHERE stamp > ?1 AND stamp <= ?2
            """, in: session.db
        ).run(.integer(settled), .integer(last))
        try state.set("settled", .integer(last))
    }

    /// Additions to counters that come back in another copy's segment, stamp and total alike, were
    /// made before this database was copied: they are known, and must not count twice.
    func settleCounts(in batch: ChangeBatch) throws {
        let handle = try StoreState(db: session.db).replica.handle
        for changes in batch.tables {
            guard let table = try session.table(changes.table) else { continue }
            let ledger = CountLedger(session, table: changes.table)
            for count in changes.counts {
                let stamp = batch.stamps[Int(count.stamp)].stamp
                guard
                    stamp.replica == handle, let place = try table.place(of: count.key),
                    let known = try ledger.total(at: place, count.column, of: handle),
                    known.total == count.total, try session.stamps.stamp(known.stamp) == stamp
                else { continue }
                try ledger.set(
                    count.total, at: place, count.column, stamp: known.stamp, replica: handle,
                    isSent: true)
            }
        }
    }
}
