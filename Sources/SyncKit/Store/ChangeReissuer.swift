import GRDB

/// Dates unsent changes anew where this device's clock was ahead when they were written.
struct ChangeReissuer {
    let db: Database

    /// Gives every unsent change dated over ``Limits/reissueTolerance`` after `wall` one new stamp.
    func reissue(wall: UInt64) throws {
        let state = StoreState(db: db)
        let tolerance = UInt64(Limits.reissueTolerance.components.seconds) * 1000
        let limit = HybridTimestamp(milliseconds: wall + tolerance, counter: 0)
        guard try state.clock.latest > limit else { return }
        let replica = try ClockTable(db: db).number(of: state.replica)
        let ahead: [SQLValue] = [.integer(Int64(limit.rawValue)), .integer(replica)]
        // The clock falls back to the latest moment that is not to be dated anew: nothing that
        // was sent or received carries a later one.
        var clock = HybridClock(latest: try latestKept(ahead))
        let stamp = try clock.tick(wall: wall)
        for table in ["sync_rows", "sync_cells"] {
            try PreparedStatement(
                "UPDATE \(table) SET time = ?3 WHERE time > ?1 AND replica = ?2 AND \(Self.unsent)",
                in: db
            ).run(ahead + [.integer(Int64(stamp.rawValue))])
        }
        try state.setClock(clock)
    }

    private func latestKept(_ ahead: [SQLValue]) throws -> HybridTimestamp {
        var latest: Int64 = 0
        for table in ["sync_rows", "sync_cells"] {
            let statement = try PreparedStatement(
                """
                SELECT ifnull(max(time), 0) FROM \(table)
                WHERE NOT (time > ?1 AND replica = ?2 AND \(Self.unsent))
                """, in: db)
            try statement.bind(ahead)
            if try statement.step() { latest = max(latest, statement.integer(0)) }
        }
        return HybridTimestamp(rawValue: UInt64(clamping: latest))
    }

    private static let unsent = "(tbl, row) IN (SELECT tbl, row FROM sync_outbox)"
}
