import GRDB

/// Loads the newest snapshot, from the chunk on where an earlier attempt ended.
struct SnapshotLoader {
    let store: SyncStore
    let transport: any Transport
    let sealer: SegmentSealer

    /// - Parameter progress: Called after each chunk with how many are left.
    func load(_ progress: (_ left: Int) -> Void) async throws {
        // A newer snapshot may take the place of this one while it is loaded.
        for _ in 0..<Limits.snapshotAttempts {
            guard let snapshot = try await transport.newestSnapshot() else {
                throw SessionError.noSnapshot
            }
            do {
                return try await load(snapshot, progress)
            } catch is SnapshotGone {
                continue
            }
        }
        throw SessionError.noSnapshot
    }

    /// Whether an error says that the snapshot cannot be used, and not that something is wrong with
    /// this device or with the way to the server.
    static func isOfSnapshot(_ error: any Error) -> Bool {
        switch error {
        case is SegmentError, is CodecError, is ClockError: true
        case StoreError.unsuitableSnapshot, SessionError.noSnapshot: true
        case let error as DatabaseError: error.resultCode == .SQLITE_CONSTRAINT
        default: false
        }
    }

    private func load(_ snapshot: SnapshotManifest, _ progress: (_ left: Int) -> Void) async throws
    {
        let manifest = try SealedManifest.opening(
            try await transport.chunk(0, of: snapshot), of: snapshot, with: sealer)
        let next = try await store.offActor { try $0.beginSnapshot(manifest) }
        for index in manifest.chunks.indices.dropFirst(next) {
            try Task.checkCancellation()
            let bytes = try await transport.chunk(index + 1, of: snapshot)
            try await store.offActor { [sealer] store in
                _ = try store.applyChunk(bytes, index, of: manifest, with: sealer)
            }
            progress(manifest.chunks.count - index - 1)
        }
        try await store.offActor { try $0.finishSnapshot(manifest) }
    }
}

/// What loading a snapshot does in each of its transactions.
struct SnapshotLoad {
    let session: StoreSession
    let manifest: SealedManifest
    private var state: StoreState { StoreState(db: session.db) }

    /// How many chunks are merged already.
    func begin() throws -> Int {
        try check()
        if try state.bytes("snapshot") == manifest.id { return try merged() }
        try SnapshotRows(session).clear()
        try state.set("snapshot", .blob(manifest.id))
        try state.set("snapshot_next", .integer(0))
        // Where nothing was pulled yet a row that the snapshot lacks is no deleted row.
        try state.set("snapshot_notes", .integer(try state.cursor > .none ? 1 : 0))
        if try state.offer == .none {
            // Rows that were deleted and forgotten meanwhile must not reappear.
            try PendingDependencies(session).dropKnown()
        }
        return 0
    }

    /// Merges a chunk; how many changes altered something, and in which tables.
    func merge(
        _ bytes: [UInt8], _ index: Int, wall: UInt64, with sealer: SegmentSealer
    ) throws -> (altered: Int, tables: Set<String>) {
        guard
            manifest.chunks.indices.contains(index),
            SealedSegment.hash(of: bytes) == manifest.chunks[index]
        else { throw StoreError.unsuitableSnapshot("a chunk is not the one its manifest names") }
        guard try state.bytes("snapshot") == manifest.id, try merged() >= index else {
            throw StoreError.unsuitableSnapshot("another one is being loaded meanwhile")
        }
        let batch = try ChangeBatch(decoding: try sealer.open(try SealedSegment(bytes: bytes)))
        try state.receive(batch.highestStamp.time, wall: wall)
        session.movedRows.isDeferred = true
        let merger = try BatchMerger(batch, at: manifest.cursor, wall: wall, in: session)
        try merger.merge()
        if try hasNotes() { try SnapshotRows(session).note(batch) }
        try state.set("snapshot_next", .integer(Int64(max(try merged(), index + 1))))
        return (merger.altered, merger.alteredTables)
    }

    /// The snapshot's sequence becomes the cursor; returns the tables that lost rows.
    ///
    /// Only here is a row deleted because a snapshot does not hold it: every chunk that a device
    /// of the account named was merged, and the snapshot holds all that is known here.
    func finish(wall: UInt64) throws -> Set<String> {
        try check()
        guard try state.bytes("snapshot") == manifest.id, try merged() == manifest.chunks.count
        else { throw StoreError.unsuitableSnapshot("it is not loaded in full") }
        var tables: Set<String> = []
        if try hasNotes() && state.cursor > .none {
            tables = try SnapshotRows(session).deleteOthers(at: manifest.cursor, wall: wall)
        }
        try session.movedRows.noteAll(in: session, wall: wall)
        try SnapshotRows(session).clear()
        try state.set("snapshot", .null)
        // What never came, or was set aside, the snapshot holds.
        try ChainHeads.replace(with: manifest.heads, in: session.db)
        try PartialGroups(session.db).forget(through: manifest.heads)
        try Quarantine(session.db).forget(through: manifest.cursor)
        if manifest.cursor > (try state.cursor) {
            try state.setCursor(manifest.cursor, historyHash: nil)
        }
        try compare(wall: wall)
        return tables
    }

    /// Refuses a snapshot that is older than what is here: what it lacks is not deleted for that.
    private func check() throws {
        guard manifest.cursor >= (try state.cursor) else {
            throw StoreError.unsuitableSnapshot("it is older than what is here")
        }
        for (replica, head) in try ChainHeads(session.db).complete() {
            guard
                let told = manifest.heads[replica], told.number >= head.number,
                told.number > head.number || told.digest == head.digest
            else {
                throw StoreError.unsuitableSnapshot("it lacks changes that are here")
            }
        }
    }

    private func merged() throws -> Int {
        min(max(Int(clamping: try state.integer("snapshot_next")), 0), manifest.chunks.count)
    }

    private func hasNotes() throws -> Bool { try state.integer("snapshot_notes") == 1 }

    /// A device that had nothing of its own holds now what the snapshot's maker held.
    private func compare(wall: UInt64) throws {
        guard
            let digest = manifest.digest, let maker = manifest.maker,
            try state.offer == .none, try session.isComparable() && !session.misses(),
            try session.isSent(), try state.comparable <= manifest.cursor
        else { return }
        let divergences = Divergences(session.db)
        if digest == session.digest.value {
            try divergences.forget(maker)
        } else {
            _ = try divergences.note(maker, wall: wall)
        }
    }
}
