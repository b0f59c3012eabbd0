import GRDB

/// Goes on under a new replica's name, with everything that the server has not acknowledged.
struct Reincarnation {
    let session: StoreSession
    let randomBytes: (Int) -> [UInt8]

    /// - Parameter isAlone: True where no other copy can have used the old name: what was written
    ///   under it keeps its stamps, and additions to counters that the account may know already
    ///   count once.
    func run(isAlone: Bool = false) throws {
        let state = StoreState(db: session.db)
        try LogFolder(session: session).fold()
        guard let replica = ReplicaID(randomBytes(ReplicaID.byteCount)) else {
            preconditionFailure("the environment gave another number of bytes than asked for")
        }
        if !isAlone {
            try rename(
                from: try state.replica.handle, to: replica.handle, settled: try state.settled)
        }
        try state.set("replica", .blob(replica.bytes))
        try state.set("number", .integer(0))
        try state.set("overtaken", .integer(0))
        try state.set("previous", .null)
        try state.set("sealed", .integer(try state.settled))
        try session.db.execute(sql: "DELETE FROM sync_segments")
        if try state.offer == .sealed { try state.setOffer(.due) }
        try session.restart()
    }

    private func rename(from old: UInt64, to new: UInt64, settled: Int64) throws {
        let db = session.db
        let (from, to) = (try session.stamps.number(of: old), try session.stamps.number(of: new))
        // What the old name added to counters and the server knows stays under the old name.
        try PreparedStatement(
            """
            INSERT INTO sync_counts(tbl, place, col, replica, stamp, total)
            SELECT tbl, place, col, ?1, stamp, total - sent_total FROM sync_counts
            WHERE replica = ?2 AND stamp <> sent_stamp
            """, in: db
        ).run(.integer(to), .integer(from))
        try PreparedStatement(
            """
            DELETE FROM sync_counts WHERE replica = ? AND stamp <> sent_stamp AND sent_stamp = 0
            """, in: db
        ).run(.integer(from))
        try PreparedStatement(
            """
            UPDATE sync_counts SET stamp = sent_stamp, total = sent_total
            WHERE replica = ? AND stamp <> sent_stamp
            """, in: db
        ).run(.integer(from))
        try PreparedStatement(
            "UPDATE sync_stamps SET replica = ? WHERE number > ? AND ops IS NOT NULL", in: db
        ).run(.integer(to), .integer(settled))
    }
}
