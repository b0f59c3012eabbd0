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
