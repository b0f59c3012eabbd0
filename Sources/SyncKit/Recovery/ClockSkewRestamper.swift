import GRDB

/// Gives unsent transactions new stamps where this device's clock was ahead when they were written.
///
/// Stamps are interned: the clocks of rows follow without being changed.
struct ClockSkewRestamper {
    let session: StoreSession

    /// Every unsealed transaction dated over ``Limits/restampTolerance`` after `wall` gets a new
    /// stamp, in the old order.
    func run(wall: UInt64) throws {
        let state = StoreState(db: session.db)
        let tolerance = UInt64(Limits.restampTolerance.components.seconds) * 1000
        let limit = HybridTimestamp(milliseconds: wall &+ tolerance, counter: 0)
        guard try state.clock.latest > limit else { return }
        try ChangeLogCompactor(session: session).compact()
        let ahead = try numbers(after: limit, sealed: try state.sealed)
        // The clock is set back to the latest moment that keeps its stamp: nothing that was sent or
        // received carries a later one.
        let kept = try latestKept(limit, sealed: try state.sealed)
        // Stamps that lost against the ones ahead are not stored; they must still lose.
        var clock = HybridClock(latest: max(kept, try state.maxReceived))
        for number in ahead {
            let time = try clock.tick(wall: wall)
            try PreparedStatement(
                "UPDATE sync_stamps SET time = ? WHERE number = ?", in: session.db
            ).run(.integer(Int64(clamping: time.rawValue)), .stamp(number))
        }
        try state.setReceived(clock.latest)
        try session.restart()
    }

    private func numbers(after limit: HybridTimestamp, sealed: StampNumber) throws -> [StampNumber]
    {
        let found = try PreparedStatement(
            """
            SELECT number FROM sync_stamps WHERE number > ? AND ops IS NOT NULL AND time > ?
            ORDER BY number
            """, in: session.db)
        try found.bind([.stamp(sealed), .integer(Int64(clamping: limit.rawValue))])
        var numbers: [StampNumber] = []
        while try found.step() { numbers.append(found.stampNumber(0)) }
        return numbers
    }

    private func latestKept(_ limit: HybridTimestamp, sealed: StampNumber) throws -> HybridTimestamp
    {
        let found = try PreparedStatement(
            """
            SELECT ifnull(max(time), 0) FROM sync_stamps
            WHERE NOT (number > ? AND ops IS NOT NULL AND time > ?)
            """, in: session.db)
        try found.bind([.stamp(sealed), .integer(Int64(clamping: limit.rawValue))])
        return try found.step()
            ? HybridTimestamp(rawValue: UInt64(clamping: found.integer(0))) : .zero
    }
}
