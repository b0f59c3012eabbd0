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
