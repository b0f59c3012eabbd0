import SyncKit
import TestSupport
import Testing

/// Stores and segments without a server.
struct MergeBench {
    let time: SimulatedTime
    let sealer: SegmentSealer
    private let folder: TemporaryFolder
    private let names = SimulatedTime(seed: 99)

    init(seed: UInt64) throws {
        time = SimulatedTime(seed: seed)
        folder = try TemporaryFolder()
        sealer = SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
    }

    /// A new store.
    func open() throws -> SyncStore {
        names.advance(by: 1)
        return try Workshop.open(folder.path("\(names.now).sqlite"), time.environment())
    }

    /// The one segment that `store` has not sent; it counts as known to the account.
    func seal(_ store: SyncStore) throws -> SealedSegment {
        let segments = try sealAll(store)
        #expect(segments.count == 1)
        return try #require(segments.first)
    }

    /// All segments that `store` has not sent; they count as known to the account.
    func sealAll(_ store: SyncStore) throws -> [SealedSegment] {
        try store.sealPending(with: sealer)
        var segments: [SealedSegment] = []
        while let segment = try store.nextUnsent() {
            try store.acknowledge(
                number: segment.header.number,
                sequence: ServerSequence(1_000_000) + Int64(clamping: segment.header.number))
            segments.append(segment)
        }
        return segments
    }

    /// Applies segments as if they came in this order.
    func deliver(_ segments: [SealedSegment], to store: SyncStore) throws {
        let cursor = try store.cursor()
        _ = try store.apply(
            segments.enumerated().map {
                SequencedSegment(sequence: cursor + (1 + Int64($0)), bytes: $1.bytes)
            }, with: sealer)
        #expect(try store.quarantinedSegmentCount() == 0)
    }
}
