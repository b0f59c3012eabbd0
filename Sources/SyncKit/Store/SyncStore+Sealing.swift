import GRDB

extension SyncStore {
    /// Seals all unsent changes into segments; the same changes are never sealed twice.
    ///
    /// Changes dated too far ahead of server time are dated anew first, as if written now: a wrong
    /// clock poisons nobody and loses nothing. Call it when server time is fresh.
    package func sealPending(with sealer: SegmentSealer) throws {
        while try sealNext(with: sealer) {}
    }

    /// The oldest segment that the server has not acknowledged.
    package func nextUnsent() throws -> SealedSegment? {
        try pool.read { db in
            let found = try PreparedStatement(
                "SELECT bytes FROM sync_segments ORDER BY number LIMIT 1", in: db)
            guard try found.step() else { return nil }
            return try SealedSegment(bytes: found.bytes(0))
        }
    }

    /// Whether the server has not acknowledged some sealed segment yet.
    package func hasUnsent() throws -> Bool {
        try pool.read { db in
            // Only the index is asked: a segment may be as large as a megabyte.
            try PreparedStatement("SELECT 1 FROM sync_segments LIMIT 1", in: db).step()
        }
    }

    /// Notes that the server holds segment `number` at `sequence` of the account's order.
    package func acknowledge(number: UInt64, sequence: Int64) throws {
        try pool.write { db in
            let deleted = try PreparedStatement(
                "DELETE FROM sync_segments WHERE number = ? RETURNING number", in: db)
            try deleted.bind([.integer(Int64(clamping: number))])
            guard try deleted.step() else { throw StoreError.acknowledgedUnsent(number: number) }
            let state = StoreState(db: db)
            // Nothing of others lies between: there is no need to pull it back.
            if sequence == (try state.cursor) + 1 { try state.set("cursor", .integer(sequence)) }
        }
    }

    private func sealNext(with sealer: SegmentSealer) throws -> Bool {
        try pool.write { db in
            try ChangeLogFolder(db: db, schema: schema).foldForeign()
            try ChangeReissuer(db: db).reissue(wall: try correctedWall(db))
            let changes = try Outbox(db: db, schema: schema).takeNext()
            guard !changes.isEmpty else { return false }
            let batch = ChangeBatch(changes: changes)
            let state = StoreState(db: db)
            let number = try state.segmentNumber + 1
            let segment = try sealer.seal(
                batch.encoded(), replica: try state.replica, number: UInt64(number),
                previous: try state.previousSegment, highestStamp: batch.highestStamp.time)
            try PreparedStatement("INSERT INTO sync_segments(number, bytes) VALUES(?, ?)", in: db)
                .run(.integer(number), .blob(segment.bytes))
            try state.set("number", .integer(number))
            try state.set("previous", .blob(segment.hash))
            return true
        }
    }
}
