import GRDB

/// Gives this replica a new id, and with it everything that the server has not acknowledged.
struct ReplicaIDRotation {
    let session: StoreSession
    let randomBytes: (Int) -> [UInt8]

    /// Compacts the log, takes the new id, and computes the digest again.
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
        try state.set("sealed", .stamp(try state.acknowledged))
        try session.db.execute(sql: "DELETE FROM sync_segments")
        if try state.offer == .sealed { try state.setOffer(.due) }
        try session.restart()
    }

    /// What was added to counters keeps its source: whoever has it too knows it by that.
    private func rename(to new: UInt64, after acknowledged: StampNumber) throws {
        try PreparedStatement(
            "UPDATE sync_stamps SET replica = ? WHERE number > ? AND ops IS NOT NULL",
            in: session.db
        ).run(.integer(try session.stamps.number(of: new)), .stamp(acknowledged))
    }
}

extension SyncStore {
    /// Rotates the replica id, as after the database was copied or restored from a backup and
    /// another copy already used this one's numbers.
    ///
    /// Everything the server has not acknowledged is stamped with the new id and waits to be
    /// sealed again; nothing is lost, and nothing that was sent changes. Everything is pulled
    /// again: what the other copy sent under the common id was skipped, as if it were here already.
    package func rotateReplicaID() throws {
        try engineWrite { session in
            try ReplicaIDRotation(session: session, randomBytes: environment.randomBytes).run()
            try session.forgetCursor()
        }
    }

    /// Starts over with a server that was wiped or restored: pulls all it has, and offers the
    /// whole state, so that nothing is lost that any device still holds.
    package func resetForNewEpoch(epoch: Int) throws {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            try ReplicaIDRotation(session: session, randomBytes: environment.randomBytes).run()
            // Sequences in the old order mean nothing in the new one.
            try session.db.execute(
                sql: """
                    UPDATE sync_stamps SET causal_cursor = 0;
                    UPDATE sync_stamps SET sequence = 0 WHERE sequence IS NOT NULL;
                    DELETE FROM sync_partial;
                    DELETE FROM sync_missing;
                    DELETE FROM sync_divergence;
                    """)
            try PendingDependencies(session).forgetSequences()
            try Quarantine(session.db).forgetSequences()
            try state.setLastEpochReset(stamp: try state.lastStamp, time: try state.clock.latest)
            try state.set("epoch", .integer(Int64(epoch)))
            try session.forgetOrder()
            try state.set("collected", .integer(0))
            try state.set("comparable", .integer(0))
            try state.setOffer(.due)
            try session.restart()
        }
    }
}
