import GRDB

/// Goes on under a new replica's name, with everything that the server has not acknowledged.
struct ReplicaIDRotation {
    let session: StoreSession
    let randomBytes: (Int) -> [UInt8]

    /// Compacts the log, takes the name, and counts the digest anew.
    func run() throws {
        let state = StoreState(db: session.db)
        try ChangeLogCompactor(session: session).compact()
        guard let replica = ReplicaID(randomBytes(ReplicaID.byteCount)) else {
            preconditionFailure("the environment gave another number of bytes than asked for")
        }
        // Another copy may have given the same stamps to other writes.
        try rename(to: replica.handle, after: try state.acknowledged)
        try state.set("replica", .blob(replica.bytes))
        try state.set("number", .integer(0))
        try state.set("overtaken", .integer(0))
        try state.set("previous", .null)
        try state.set("sealed", .integer(try state.acknowledged))
        try session.db.execute(sql: "DELETE FROM sync_segments")
        if try state.offer == .sealed { try state.setOffer(.due) }
        try session.restart()
    }

    /// What was added to counters keeps its source: whoever has it too knows it by that.
    private func rename(to new: UInt64, after acknowledged: Int64) throws {
        try PreparedStatement(
            "UPDATE sync_stamps SET replica = ? WHERE number > ? AND ops IS NOT NULL",
            in: session.db
        ).run(.integer(try session.stamps.number(of: new)), .integer(acknowledged))
    }
}
