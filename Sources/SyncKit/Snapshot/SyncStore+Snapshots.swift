import GRDB

extension SyncStore {
    /// Seals the whole state into chunks, each handed to `emit`; memory stays bounded, and writers
    /// go on meanwhile.
    ///
    /// - Returns: The place up to which every segment is in the state, and the number of chunks.
    package func exportState(
        with sealer: SegmentSealer, _ emit: (SealedSegment) throws -> Void
    ) throws -> (cursor: Int64, chunkCount: Int) {
        try engineWrite { try LogFolder(session: $0).fold() }
        return try pool.read { db in
            let session = try StoreSession(db, schema)
            let state = StoreState(db: db)
            let replica = try state.replica
            var previous = [UInt8](repeating: 0, count: 32)
            var count = 0
            func seal(_ batch: ChangeBatch) throws {
                count += 1
                let encoded = batch.encodedInSections()
                let chunk = try sealer.seal(
                    encoded.bytes, sectionEnds: encoded.sectionEnds, replica: replica,
                    number: UInt64(count), previous: previous,
                    highestStamp: batch.highestStamp.time, flags: .snapshot)
                previous = chunk.hash
                try emit(chunk)
            }
            try StateExport(session: session).run(seal)
            // An empty library has a snapshot too.
            if count == 0 { try seal(ChangeBatch()) }
            return (try state.cursor, count)
        }
    }

    /// Merges one chunk of a snapshot; returns how many changes altered something.
    package func applyChunk(
        _ bytes: [UInt8], index: Int, of snapshot: SnapshotManifest, with sealer: SegmentSealer
    ) throws -> Int {
        let (altered, tables) = try engineWrite { session in
            try LogFolder(session: session).fold()
            let chunk = try SealedSegment(bytes: bytes)
            guard chunk.header.flags == .snapshot, chunk.header.number == UInt64(index + 1) else {
                throw StoreError.unsuitableSnapshot("a chunk is not the one that was asked for")
            }
            let state = StoreState(db: session.db)
            let batch = try ChangeBatch(decoding: try sealer.open(chunk))
            let wall = try correctedWall(session.db)
            try state.receive(batch.highestStamp.time, wall: wall)
            if index == 0, try state.offer == .none {
                // Rows that were deleted and forgotten meanwhile must not rise one day.
                try WaitingRoom(session).dropKnown()
            }
            try Settlement(session: session).settleCounts(in: batch, at: snapshot.cursor)
            let merger = try BatchMerger(batch, at: snapshot.cursor, wall: wall, in: session)
            try merger.merge()
            if try state.cursor > 0 { try SnapshotRows(session).note(batch) }
            try state.set("snapshot", .blob(snapshot.id))
            try state.set("snapshot_next", .integer(Int64(index + 1)))
            return (merger.altered, merger.alteredTables)
        }
        try notify(of: tables)
        return altered
    }

    /// Which chunk of `snapshot` comes next; 0 where another one, or none, was being loaded.
    func nextChunk(of snapshot: SnapshotManifest) throws -> Int {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            if try state.bytes("snapshot") == snapshot.id {
                return Int(try state.integer("snapshot_next"))
            }
            try SnapshotRows(session).clear()
            return 0
        }
    }

    /// All chunks are merged: the cursor moves to the snapshot's place.
    func finishSnapshot(_ snapshot: SnapshotManifest) throws {
        let tables = try engineWrite { session in
            // Rows written since the last chunk have no clock yet, as if nobody had written them.
            try LogFolder(session: session).fold()
            let state = StoreState(db: session.db)
            var tables: Set<String> = []
            if try state.cursor > 0 {
                tables = try SnapshotRows(session).deleteOthers(
                    at: snapshot.cursor, wall: correctedWall(session.db))
            }
            try SnapshotRows(session).clear()
            try state.set("snapshot", .null)
            if snapshot.cursor > (try state.cursor) {
                try state.setCursor(snapshot.cursor, mark: nil)
            }
            return tables
        }
        try notify(of: tables)
    }

    /// Forgets deletions that every active device has seen: no row can rise from them.
    package func collectGraves(through horizon: Int64) throws {
        guard horizon > (try pool.read({ try StoreState(db: $0).collected })) else { return }
        // A segment that is set aside may hold rows whose deletion is known already: they would
        // rise.
        guard try quarantinedSegmentCount() == 0 else { return }
        try engineWrite { session in
            // A row that was deleted and inserted again here needs its grave to count its lives.
            try LogFolder(session: session).fold()
            let state = StoreState(db: session.db)
            let horizon = min(horizon, try state.cursor)
            for table in try session.allTables() {
                try PreparedStatement(
                    """
                    DELETE FROM sync_graves_\(table.table.id) WHERE stamp IN (
                    SELECT number FROM sync_stamps WHERE sequence BETWEEN 1 AND ?)
                    """, in: session.db
                ).run(.integer(horizon))
            }
            try state.set("collected", .integer(horizon))
        }
    }

    /// Pulls everything again at the next exchange; merging it again changes nothing that is right.
    ///
    /// - Parameter distrustingRows: Whether rows may be missing here that nobody has deleted.
    package func forgetCursor(distrustingRows: Bool = false) throws {
        try engineWrite { session in
            try session.forgetCursor()
            if distrustingRows { try StoreState(db: session.db).forgetMeeting() }
        }
    }

    func knownEpoch() throws -> Int? {
        try pool.read { try StoreState(db: $0).epoch.map(Int.init) }
    }

    func setEpoch(_ epoch: Int) throws {
        try engineWrite { try StoreState(db: $0.db).set("epoch", .integer(Int64(epoch))) }
    }
}
