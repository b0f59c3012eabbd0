import GRDB

extension TableStore {
    /// Counts a living row into the session's digest, or out of it.
    func toggleDigest(
        of key: RowKey, _ createdStamp: Int64, _ clock: PackedClock, in session: StoreSession,
        adding: Bool
    ) throws {
        let exceptions = try clock.exceptions.map {
            (column: $0.column, stamp: try session.stamps.stamp($0.stamp))
        }
        session.digest.toggle(
            key, in: table.id, causalLength: clock.causalLength,
            createdStamp: try session.stamps.stamp(createdStamp),
            exceptions: exceptions, adding: adding)
    }

    /// Counts every row and its counters into the session's digest.
    func countDigest(in session: StoreSession) throws {
        let scan = try RowScan(self, in: session.db, withValues: false)
        let ledger = CountLedger(session, table: table.id)
        try scan.start()
        while try scan.next() {
            try toggleDigest(
                of: scan.key, scan.createdStamp, scan.clock, in: session, adding: true)
            if !counters.isEmpty { try ledger.countDigest(of: scan.key) }
        }
    }
}
