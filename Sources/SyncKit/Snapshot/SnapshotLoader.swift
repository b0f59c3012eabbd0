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
                for index in try store.nextChunk(of: snapshot)..<snapshot.chunkCount {
                    try Task.checkCancellation()
                    let bytes = try await transport.chunk(index, of: snapshot)
                    _ = try store.applyChunk(bytes, index: index, of: snapshot, with: sealer)
                    progress(snapshot.chunkCount - index - 1)
                }
                return try store.finishSnapshot(snapshot)
            } catch is SnapshotGone {
                continue
            }
        }
        throw SessionError.noSnapshot
    }
}
