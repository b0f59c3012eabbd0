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
        let next = try store.beginSnapshot(manifest)
        for index in manifest.chunks.indices.dropFirst(next) {
            try Task.checkCancellation()
            let bytes = try await transport.chunk(index + 1, of: snapshot)
            _ = try store.applyChunk(bytes, index, of: manifest, with: sealer)
            progress(manifest.chunks.count - index - 1)
        }
        try store.finishSnapshot(manifest)
    }
}
