import GRDB

extension SyncStore {
    /// Goes on as a new replica, as after the database was copied or restored from a backup and
    /// another copy already used this one's numbers.
    ///
    /// Everything the server has not acknowledged is dated under the new name and waits to be
    /// sealed again; nothing is lost, and nothing that was sent changes. All is pulled once more:
    /// what the other copy sent of our common writes was met under our own name before, and taken
    /// for what is here already.
    package func reincarnate() throws {
        try engineWrite { session in
            try Reincarnation(session: session, randomBytes: environment.randomBytes).run()
            try session.forgetCursor()
        }
    }

    /// Begins anew with a server that was wiped or restored: pulls all it has, and offers the
    /// whole state, so that nothing is lost that any device still holds.
    package func meetServer(epoch: Int) throws {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            try Reincarnation(session: session, randomBytes: environment.randomBytes).run()
            // Places in the old order mean nothing in the new one.
            try session.db.execute(
                sql: """
                    UPDATE sync_stamps SET seen = 0;
                    UPDATE sync_stamps SET sequence = 0 WHERE sequence IS NOT NULL;
                    DELETE FROM sync_partial;
                    DELETE FROM sync_missing;
                    DELETE FROM sync_divergence;
                    """)
            try WaitingRoom(session).forgetPlaces()
            try Quarantine(session.db).forgetPlaces()
            try state.setLastMeeting(stamp: try state.lastStamp, time: try state.clock.latest)
            try state.set("epoch", .integer(Int64(epoch)))
            try session.forgetOrder()
            try state.set("collected", .integer(0))
            try state.set("comparable", .integer(0))
            try state.setOffer(.due)
            try session.restart()
        }
    }
}
