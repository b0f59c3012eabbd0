import GRDB

/// What each replica has added to the counters of one table.
///
/// A counter's column holds the sum of all totals. What this replica added is therefore what the
/// column holds less what all others added: no write has to say how much it added.
struct CountLedger {
    /// What one replica, that of the stamp, has added to a counter.
    typealias Total = (column: UInt8, stamp: Int64, total: Int64)

    private let session: StoreSession
    private let table: Int64

    init(_ session: StoreSession, table: Int) {
        self.session = session
        self.table = Int64(table)
    }

    /// The latest known total of a replica.
    func total(
        at place: Int64, _ column: UInt8, of replica: UInt64
    ) throws -> (total: Int64, stamp: Int64)? {
        let found = try PreparedStatement(
            """
            SELECT total, stamp FROM sync_counts
            WHERE tbl = ? AND place = ? AND col = ? AND replica = ?
            """, in: session.db)
        let number = try session.stamps.number(of: replica)
        try found.bind([
            .integer(table), .integer(place), .integer(Int64(column)), .integer(number),
        ])
        return try found.step() ? (found.integer(0), found.integer(1)) : nil
    }

    /// The sum over all replicas, or all but one.
    func sum(at place: Int64, _ column: UInt8, without replica: UInt64? = nil) throws -> Int64 {
        let found = try PreparedStatement(
            """
            SELECT total FROM sync_counts WHERE tbl = ? AND place = ? AND col = ? AND replica <> ?
            """, in: session.db)
        let number = try replica.map(session.stamps.number) ?? -1
        try found.bind([
            .integer(table), .integer(place), .integer(Int64(column)), .integer(number),
        ])
        var sum: Int64 = 0
        // Wraps around like the columns of every replica: equal everywhere, and no crash.
        while try found.step() { sum &+= found.integer(0) }
        return sum
    }

    /// Notes a replica's total for the row with `key` at `place`; `isSent` where the server has it
    /// already.
    func set(
        _ total: Int64, _ key: RowKey, at place: Int64, _ column: UInt8, stamp: Int64,
        replica: UInt64, isSent: Bool
    ) throws {
        if let known = try self.total(at: place, column, of: replica) {
            try toggle((column, known.stamp, known.total), key, adding: false)
        }
        try toggle((column, stamp, total), key, adding: true)
        let number = try session.stamps.number(of: replica)
        let sent = isSent ? ", sent_stamp = excluded.stamp, sent_total = excluded.total" : ""
        try PreparedStatement(
            """
            INSERT INTO sync_counts(tbl, place, col, replica, stamp, total, sent_stamp, sent_total)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
            SET stamp = excluded.stamp, total = excluded.total\(sent)
            """, in: session.db
        ).run(
            .integer(table), .integer(place), .integer(Int64(column)), .integer(number),
            .integer(stamp), .integer(total), .integer(isSent ? stamp : 0),
            .integer(isSent ? total : 0))
    }

    /// Forgets all totals of a row that is deleted.
    func remove(_ key: RowKey, at place: Int64) throws {
        for total in try totals(at: place) { try toggle(total, key, adding: false) }
        try PreparedStatement(
            "DELETE FROM sync_counts WHERE tbl = ? AND place = ?", in: session.db
        ).run(.integer(table), .integer(place))
    }

    /// Counts all totals of a row into the session's digest.
    func countDigest(of key: RowKey, at place: Int64) throws {
        for total in try totals(at: place) { try toggle(total, key, adding: true) }
    }

    private func toggle(_ count: Total, _ key: RowKey, adding: Bool) throws {
        session.digest.toggle(
            total: count.total, of: count.column, key, in: Int(table),
            at: try session.stamps.stamp(count.stamp), adding: adding)
    }

    /// All totals of the counters of one row.
    func totals(at place: Int64) throws -> [Total] {
        let found = try PreparedStatement(
            "SELECT col, stamp, total FROM sync_counts WHERE tbl = ? AND place = ?",
            in: session.db)
        try found.bind([.integer(table), .integer(place)])
        var totals: [Total] = []
        while try found.step() {
            totals.append((UInt8(clamping: found.integer(0)), found.integer(1), found.integer(2)))
        }
        return totals
    }
}
