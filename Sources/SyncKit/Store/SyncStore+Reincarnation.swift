import GRDB

extension SyncStore {
    /// Goes on as a new replica, as after the database was copied or restored from a backup and
    /// another copy already used this one's numbers.
    ///
    /// Everything the server has not acknowledged is dated anew under the new name and waits to be
    /// sealed again; nothing is lost, and nothing that was sent changes.
    package func reincarnate(with sealer: SegmentSealer) throws {
        try pool.write { db in
            try ChangeLogFolder(db: db, schema: schema).foldForeign()
            let outbox = Outbox(db: db, schema: schema)
            for segment in try Self.unacknowledged(db) {
                for change in try ChangeBatch(decoding: try sealer.open(segment)).changes {
                    try outbox.putBack(change)
                }
            }
            let state = StoreState(db: db)
            guard let replica = ReplicaID(environment.randomBytes(ReplicaID.byteCount)) else {
                preconditionFailure("the environment gave another number of bytes than asked for")
            }
            var clock = try state.clock
            let time = try clock.tick(wall: try correctedWall(db))
            try outbox.restamp(Stamp(time: time, replica: replica))
            try state.setClock(clock)
            try state.set("replica", .blob(replica.bytes))
            try state.set("number", .integer(0))
            try state.set("previous", .null)
            try db.execute(sql: "DELETE FROM sync_segments")
        }
    }

    private static func unacknowledged(_ db: Database) throws -> [SealedSegment] {
        let found = try PreparedStatement(
            "SELECT bytes FROM sync_segments ORDER BY number", in: db)
        var segments: [SealedSegment] = []
        while try found.step() { segments.append(try SealedSegment(bytes: found.bytes(0))) }
        return segments
    }
}
