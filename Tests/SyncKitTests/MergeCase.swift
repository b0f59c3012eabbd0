import SyncKit
import TestSupport
import Testing

/// A few changes that replicas made without knowing of each other's, and what they come to.
struct MergeCase: Sendable, CustomTestStringConvertible {
    /// What one replica did in one transaction; see ``Workshop`` for the tables.
    struct Change: Sendable {
        let replica: Int
        let sql: String

        init(_ replica: Int, _ sql: String) {
            (self.replica, self.sql) = (replica, sql)
        }
    }

    let name: String
    /// What replica 0 did first, and all others knew.
    let base: String
    let changes: [Change]
    /// What holds at the end, asked of each store.
    let question: String
    let answer: String

    var testDescription: String { name }

    /// The segments of the base and of each change, and the stores that wrote them.
    struct Written {
        let segments: [SealedSegment]
        let writers: [SyncStore]
    }

    /// Writes the changes one millisecond apart, or all in the same one.
    func write(_ bench: MergeBench, sameMoment: Bool = false) throws -> Written {
        let count = (changes.map(\.replica).max() ?? 0) + 1
        let writers = try (0..<count).map { _ in try bench.open() }
        try writers[0].run(base)
        var segments = [try bench.seal(writers[0])]
        for writer in writers.dropFirst() { try bench.deliver(segments, to: writer) }
        for change in changes {
            if !sameMoment { bench.time.advance(by: 1) }
            try writers[change.replica].run(change.sql)
            segments.append(try bench.seal(writers[change.replica]))
        }
        return Written(segments: segments, writers: writers)
    }
}

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
                sequence: 1_000_000 + Int64(clamping: segment.header.number))
            segments.append(segment)
        }
        return segments
    }

    /// Applies segments as if they came in this order.
    func deliver(_ segments: [SealedSegment], to store: SyncStore) throws {
        let cursor = try store.cursor()
        _ = try store.apply(
            segments.enumerated().map {
                SequencedSegment(sequence: cursor + 1 + Int64($0), bytes: $1.bytes)
            }, with: sealer)
        #expect(try store.quarantinedSegmentCount() == 0)
    }
}
