import Foundation

/// Makes a snapshot of a store and hands it over: its manifest, then chunk by chunk.
package struct SnapshotMaker {
    private let store: SyncStore
    private let transport: any Transport
    private let sealer: SegmentSealer

    /// A maker of snapshots of `store`.
    package init(store: SyncStore, transport: any Transport, sealer: SegmentSealer) {
        self.store = store
        self.transport = transport
        self.sealer = sealer
    }

    /// Makes one, where this device holds all that the account knows and has nothing to send: only
    /// then can others take what it lacks for deleted.
    ///
    /// - Parameters:
    ///   - id: Which snapshot, 16 bytes; nil draws them.
    ///   - progress: Called after each chunk that was handed over with how many are left.
    package func make(
        id: [UInt8]? = nil, _ progress: (_ left: Int) -> Void = { _ in }
    ) async throws {
        // A manifest says which chunks there are: they are sealed into a file first, so that all
        // are of one state and memory stays bounded.
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("synckit-snapshot-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        let id = id ?? store.environment.randomBytes(16)
        let made = try await store.offActor { [sealer] store in
            let file = try ChunkFile(creating: url)
            let exported = try store.exportSnapshot(id, with: sealer) { chunk in
                try Task.checkCancellation()
                try file.append(chunk.bytes)
            }
            return exported.map { (file, $0.manifest, $0.cursor) }
        }
        guard let (file, manifest, cursor) = made else { return }
        let snapshot = SnapshotManifest(
            id: id, cursor: cursor, chunkCount: file.count + 1)
        try await transport.push(
            SnapshotChunk(snapshot: snapshot, index: 0, bytes: manifest.bytes))
        for index in 0..<file.count {
            try Task.checkCancellation()
            try await transport.push(
                SnapshotChunk(snapshot: snapshot, index: index + 1, bytes: try file.chunk(index)))
            progress(file.count - index - 1)
        }
    }
}

/// Seals the batches of a state as chunks, each of which names the one before.
struct StateSealer {
    let sealer: SegmentSealer
    let replica: ReplicaID
    /// SHA-256 of each chunk so far.
    private(set) var digests: [[UInt8]] = []

    init(_ sealer: SegmentSealer, as replica: ReplicaID) {
        self.sealer = sealer
        self.replica = replica
    }

    mutating func seal(_ batch: ChangeBatch) throws -> SealedSegment {
        let encoded = batch.encodedInSections()
        let chunk = try sealer.seal(
            encoded.bytes, sectionEnds: encoded.sectionEnds, replica: replica,
            number: UInt64(digests.count) + 1, previous: digests.last ?? SegmentHeader.noDigest,
            highestStamp: batch.highestStamp.time, flags: .snapshot)
        digests.append(chunk.hash)
        return chunk
    }

    /// Seals the whole state; memory stays bounded.
    mutating func sealState(
        of session: StoreSession, _ emit: (SealedSegment) throws -> Void
    ) throws {
        try StateExport(session: session).run { try emit(try seal($0)) }
        // An empty library has a snapshot too.
        if digests.isEmpty { try emit(try seal(ChangeBatch())) }
    }
}
