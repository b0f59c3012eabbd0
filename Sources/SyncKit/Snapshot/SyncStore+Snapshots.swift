import GRDB

extension SyncStore {
    /// Seals the whole state into chunks, each handed to `emit`; memory stays bounded, and writers
    /// are not blocked.
    ///
    /// - Returns: The sequence up to which every segment is in the state, and the number of chunks.
    package func exportState(
        with sealer: SegmentSealer, _ emit: (SealedSegment) throws -> Void
    ) throws -> (cursor: ServerSequence, chunkCount: Int) {
        try engineWrite { try ChangeLogCompactor(session: $0).compact() }
        return try pool.read { db in
            let session = try StoreSession(db, schema)
            let state = StoreState(db: db)
            var chunks = StateSealer(sealer, as: try state.replica)
            try chunks.sealState(of: session, emit)
            return (try state.cursor, chunks.digests.count)
        }
    }

    /// Seals the whole state as a snapshot, chunks first; nil where this device does not hold all
    /// that the account knows, or holds what the account does not know yet.
    func exportSnapshot(
        _ id: [UInt8], with sealer: SegmentSealer, _ emit: (SealedSegment) throws -> Void
    ) throws -> (manifest: SealedSegment, cursor: ServerSequence)? {
        try engineWrite { try ChangeLogCompactor(session: $0).compact() }
        return try pool.read { db in
            let session = try StoreSession(db, schema)
            guard try session.isWholeAndSent() else { return nil }
            let state = StoreState(db: db)
            let heads = try ChainHeads(db).complete()
            guard heads.count <= Limits.chains else { return nil }
            let replica = try state.replica
            var chunks = StateSealer(sealer, as: replica)
            try chunks.sealState(of: session, emit)
            let manifest = SealedManifest(
                id: id, cursor: try state.cursor, chunks: chunks.digests,
                digest: session.hasPendingDependencies ? nil : session.digest.value, heads: heads)
            return (try manifest.sealed(by: replica, with: sealer), manifest.cursor)
        }
    }

    /// Starts or resumes loading a snapshot: how many of its chunks are merged already.
    ///
    /// - Throws: ``StoreError/unsuitableSnapshot(_:)`` where it lacks what is here.
    package func beginSnapshot(_ manifest: SealedManifest) throws -> Int {
        try engineWrite { session in
            try SnapshotLoad(session: session, manifest: manifest).begin()
        }
    }

    /// Whether a snapshot of this state would be one of the account's, see
    /// ``StoreSession/isWholeAndSent()``.
    func isWholeAndSent() throws -> Bool {
        try pool.read { try StoreSession($0, schema).isWholeAndSent() }
    }

    /// Merges one chunk of a snapshot; returns how many changes altered something.
    package func applyChunk(
        _ bytes: [UInt8], _ index: Int, of manifest: SealedManifest, with sealer: SegmentSealer
    ) throws -> Int {
        let (altered, tables) = try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            return try SnapshotLoad(session: session, manifest: manifest).merge(
                bytes, index, wall: correctedWall(session.db), with: sealer)
        }
        try notify(of: tables)
        return altered
    }

    /// All chunks are merged: the cursor moves to the snapshot's sequence.
    package func finishSnapshot(_ manifest: SealedManifest) throws {
        let tables = try engineWrite { session in
            // Rows written since the last chunk have no clock yet, as if nobody had written them.
            try ChangeLogCompactor(session: session).compact()
            return try SnapshotLoad(session: session, manifest: manifest).finish(
                wall: correctedWall(session.db))
        }
        try notify(of: tables)
    }

    /// Forgets deletions that every active device has seen: no old change can bring the rows back.
    package func collectTombstones(through horizon: ServerSequence) throws {
        guard horizon > (try pool.read({ try StoreState(db: $0).collected })) else { return }
        try engineWrite { session in
            // A segment that is set aside, or never came, may hold rows whose deletion is known
            // already: they would reappear.
            guard try !session.misses() else { return }
            // A row that was deleted and inserted again here needs its tombstone for its
            // causal length.
            try ChangeLogCompactor(session: session).compact()
            let state = StoreState(db: session.db)
            let horizon = min(horizon, try state.cursor)
            for table in try session.allTables() {
                try PreparedStatement(
                    """
                    DELETE FROM sync_tombstones_\(table.table.id) WHERE stamp IN (
                    SELECT number FROM sync_stamps WHERE sequence BETWEEN 1 AND ?)
                    """, in: session.db
                ).run(.sequence(horizon))
            }
            try state.set("collected", .sequence(horizon))
        }
    }

    /// Pulls everything again at the next exchange; merging it again changes nothing that is right.
    ///
    /// - Parameter distrustingRows: Whether rows may be missing here that nobody has deleted.
    package func forgetCursor(distrustingRows: Bool = false) throws {
        try engineWrite { session in
            try session.forgetCursor()
            guard distrustingRows else { return }
            let state = StoreState(db: session.db)
            try state.forgetEpochReset()
            try state.set(
                "pulled_again", .integer(Int64(clamping: try correctedWall(session.db))))
        }
    }

    /// Whether segments are missing and all was not pulled again for a day: the server may have
    /// them now.
    func isDueToPullAgain() throws -> Bool {
        try pool.read { db in
            guard try !MissingRanges(db).all().isEmpty else { return false }
            let last = try StoreState(db: db).integer("pulled_again")
            let (age, overflow) = Int64(clamping: try correctedWall(db))
                .subtractingReportingOverflow(last)
            let pause = Limits.pullAgainPause.components.seconds * 1000
            // A clock that was set back is no reason to wait for years.
            return overflow || age.magnitude >= UInt64(pause)
        }
    }

    /// Notes what a server said besides its segments: its time, and its epoch where none is known.
    ///
    /// - Parameter clockOffset: See ``setClockOffset(_:)``; nil where the server's time tells none.
    /// - Returns: Whether the epoch is the known one.
    func noteServer(clockOffset: Duration?, epoch: Int) throws -> Bool {
        try engineWrite { session in
            let state = StoreState(db: session.db)
            if let clockOffset { try state.setClockOffset(clockOffset) }
            if let known = try state.epoch { return known == Int64(epoch) }
            try state.set("epoch", .integer(Int64(epoch)))
            return true
        }
    }
}
