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
            UPDATE sync_counts SET sent_stamp = iif(stamp <= ?2, stamp, sealed_stamp),
            sent_total = iif(stamp <= ?2, total, sealed_total)
            WHERE stamp > ?1 AND stamp <= ?2 OR sealed_stamp > ?1 AND sealed_stamp <= ?2
            """, in: session.db
        ).run(.integer(settled), .integer(last))
        try state.set("settled", .integer(last))
    }

    /// The group that segment `number` ends is complete: others apply it now, and it need not be
    /// sent again.
    func closeGroup(_ number: Int64, lastStamp: Int64, sequence: Int64) throws {
        try PreparedStatement("DELETE FROM sync_segments WHERE number <= ?", in: session.db)
            .run(.integer(number))
        try settle(through: lastStamp, sequence: sequence)
        let state = StoreState(db: session.db)
        guard try state.offer == .sealed else { return }
        let isSent = try !PreparedStatement("SELECT 1 FROM sync_segments LIMIT 1", in: session.db)
            .step()
        if isSent {
            try state.setOffer(.none)
            try state.set("offered", .integer(sequence))
        }
    }

    /// A sealed segment of this replica came back: the server holds it, though its answer was lost.
    func noteReturned(_ number: Int64, sequence: Int64) throws {
        let found = try PreparedStatement(
            "UPDATE sync_segments SET acknowledged = 1 WHERE number = ? RETURNING last_stamp",
            in: session.db)
        found.bind(number, at: 1)
        guard try found.step(), !found.isNull(0) else { return }
        let lastStamp = found.integer(0)
        found.reset()
        try closeGroup(number, lastStamp: lastStamp, sequence: sequence)
    }

    /// Additions to counters that come back in another copy's segment, or in a snapshot, stamp and
    /// total alike, were made before this database was copied: they are known, and must not count
    /// twice.
    func settleCounts(in batch: ChangeBatch, at sequence: Int64) throws {
        let state = StoreState(db: session.db)
        let handle = try state.replica.handle
        // The stamps that are stored here are older than the latest moment.
        try state.setReceived(try state.clock.latest)
        for changes in batch.tables {
            guard let table = try session.table(changes.table) else { continue }
            let ledger = CountLedger(session, table: changes.table)
            for count in changes.counts {
                let stamp = batch.stamps[Int(count.stamp)].stamp
                guard
                    stamp.replica == handle, let place = try table.place(of: count.key),
                    let known = try ledger.total(at: place, count.column, of: handle),
                    known.total == count.total
                else { continue }
                let entry = try session.stamps.entry(known.stamp)
                guard entry.stamp == stamp, entry.sequence == nil else { continue }
                // The transaction itself may take a new name: these keep the one they are known
                // under.
                let number = try session.stamps.append(
                    stamp, seen: entry.seen, sequence: sequence)
                try ledger.set(
                    count.total, count.key, at: place, count.column, stamp: number,
                    replica: handle, isSent: true)
            }
        }
    }
}
