import Foundation

/// Makes a snapshot of a store and hands it over, chunk by chunk.
struct SnapshotMaker {
    let store: SyncStore
    let transport: any Transport
    let sealer: SegmentSealer

    /// - Parameter progress: Called after each chunk that was handed over with how many are left.
    func make(_ progress: (_ left: Int) -> Void) async throws {
        // A manifest says how many chunks there are: they are sealed into a file first, so that all
        // are of one state and memory stays bounded.
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("synckit-snapshot-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try ChunkFile(creating: url)
        let state = try store.exportState(with: sealer) { chunk in
            try Task.checkCancellation()
            try file.append(chunk.bytes)
        }
        let manifest = SnapshotManifest(
            id: store.environment.randomBytes(16), cursor: state.cursor,
            chunkCount: state.chunkCount)
        for index in 0..<state.chunkCount {
            try Task.checkCancellation()
            try await transport.push(
                SnapshotChunk(snapshot: manifest, index: index, bytes: try file.chunk(index)))
            progress(state.chunkCount - index - 1)
        }
    }
}
