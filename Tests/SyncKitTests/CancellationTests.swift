import Foundation
import GRDB
import Synchronization
import SyncKit
import TestSupport
import Testing

/// An exchange may be cancelled between any two steps.
@Suite struct CancellationTests {
    // Goal: cancelled after each of its steps in turn, an exchange loses nothing and goes on.
    // Method: two replicas whose groups take several segments; an attempt is cancelled after one
    // step, then after two, and so on, until one comes to its end.
    @Test func anExchangeGoesOnWhereItWasCancelled() async throws {
        let pair = try Pair()
        for store in [pair.first, pair.second] { try Self.fill(store, rows: 5) }
        try await Self.runCancelled(pair.first, pair.server.transport(for: 0))
        try await Self.runCancelled(pair.second, pair.server.transport(for: 1))
        try await pair.exchange()
        let contents = try Gallery.contents(of: pair.first)
        #expect(contents.count == 10)
        #expect(try Gallery.contents(of: pair.second) == contents)
        #expect(try pair.first.pendingChangeCount() + pair.second.pendingChangeCount() == 0)
    }

    // Goal: a snapshot is loaded chunk by chunk, none twice, however often it is cancelled; and
    // each step tells how many are left.
    @Test func aSnapshotGoesOnWhereItWasCancelled() async throws {
        let pair = try Pair()
        try Self.fill(pair.first, rows: 6)
        try await pair.sync(pair.first)
        let count = try await Self.pushSnapshot(of: pair.first, pair.server.transport(for: 0))
        pair.server.compact(keepingGrace: 0)
        #expect(count > 2 && pair.server.serverState.floor > 0)
        let reports = try await Self.runCancelled(pair.second, pair.server.transport(for: 1))
        let chunks = reports.reduce(0) { $0 + $1.chunksReceived }
        #expect(chunks == count)
        #expect(reports.filter { $0.chunksReceived > 0 }.map(\.chunksLeft).last == 0)
        #expect(try Gallery.contents(of: pair.second) == (try Gallery.contents(of: pair.first)))
    }

    // Goal: a run that is started on the main actor merges, seals and sends elsewhere, and tells
    // how far it is on the main actor.
    // Method: every transaction of the engine asks for the time, by an environment that notes
    // where.
    @MainActor @Test func theMainActorDoesNotWaitForAMerge() async throws {
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: 15)
        let server = SimulatedServer(time: time, seed: 16)
        let asked = Mutex<(onMain: Int, elsewhere: Int)>((0, 0))
        var environment = time.environment()
        let wall = environment.wallMilliseconds
        environment.wallMilliseconds = {
            asked.withLock { if Thread.isMainThread { $0.onMain += 1 } else { $0.elsewhere += 1 } }
            return wall()
        }
        let first = try Gallery.open(folder.path("first.sqlite"), time.environment())
        try Self.fill(first, rows: 5)
        _ = try await Pair.synchronizer(first, server.transport(for: 0)).run()
        let second = try Gallery.open(folder.path("second.sqlite"), environment)
        asked.withLock { $0 = (0, 0) }
        var reports = 0
        let report = try await Pair.synchronizer(second, server.transport(for: 1)).run(
            progress: { _ in
                MainActor.assertIsolated()
                reports += 1
            })
        #expect(report.changesReceived > 0 && reports > 1)
        let (onMain, elsewhere) = asked.withLock { $0 }
        #expect(elsewhere > 0)
        // A pull notes when it was asked and answered.
        #expect(onMain <= 2 * reports)
    }

    // Goal: a bar can be drawn: what is left falls to nothing, in both directions.
    @Test func progressTellsWhatIsLeft() async throws {
        let pair = try Pair()
        try Self.fill(pair.first, rows: 5)
        var reports: [SyncReport] = []
        let sent = try await Pair.synchronizer(pair.first, pair.server.transport(for: 0)).run(
            progress: { reports.append($0) })
        let unsent = reports.map(\.segmentsUnsent).filter { $0 > 0 }
        #expect(sent.segmentsSent > 1 && sent.segmentsUnsent == 0)
        #expect(unsent == Array((1...sent.segmentsSent).reversed()))
        #expect(sent.cursor == sent.head && sent.head == ServerSequence(Int64(sent.segmentsSent)))

        reports = []
        let received = try await Pair.synchronizer(pair.second, pair.server.transport(for: 1)).run(
            progress: { reports.append($0) })
        let left = reports.map { $0.head - $0.cursor }
        #expect(left.first == sent.head.rawValue && left.last == 0)
        #expect(left == left.sorted(by: >))
        #expect(received.segmentsReceived == sent.segmentsSent)
    }

    // Goal: a bundle whose import or export is cancelled changes nothing, and can be taken again.
    @Test func aCancelledBundleChangesNothing() async throws {
        let pair = try Pair()
        let folder = try TemporaryFolder()
        let url = folder.url.appendingPathComponent("bundle")
        let keys = try #require(Gallery.keys())
        let (first, second) = (pair.first, pair.second)
        try Self.fill(first, rows: 5)
        await #expect(throws: CancellationError.self) {
            try await Task {
                try first.exportBundle(to: url, keys: keys, account: Gallery.account) { _ in
                    Self.cancel()
                }
            }.value
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
        try first.exportBundle(to: url, keys: keys, account: Gallery.account)
        await #expect(throws: CancellationError.self) {
            try await Task {
                try second.importBundle(from: url, keys: keys, account: Gallery.account) { _, _ in
                    Self.cancel()
                }
            }.value
        }
        #expect(try Gallery.contents(of: second) == [])
        try second.importBundle(from: url, keys: keys, account: Gallery.account)
        #expect(try Gallery.contents(of: second) == (try Gallery.contents(of: first)))
    }

    private static func cancel() {
        withUnsafeCurrentTask { $0?.cancel() }
    }

    /// The last report of each attempt.
    @discardableResult
    private static func runCancelled(
        _ store: SyncStore, _ transport: any Transport
    ) async throws -> [SyncReport] {
        let synchronizer = try Pair.synchronizer(store, transport)
        var reports: [SyncReport] = []
        for patience in 1...100 {
            let attempt = Task {
                var (steps, last) = (0, SyncReport())
                do {
                    last = try await synchronizer.run(progress: { report in
                        #expect(report.segmentsUnsent >= 0 && report.chunksLeft >= 0)
                        last = report
                        steps += 1
                        if steps == patience { cancel() }
                    })
                    return (last, true)
                } catch is CancellationError {
                    return (last, false)
                }
            }
            let (report, isDone) = try await attempt.value
            reports.append(report)
            if isDone { return reports }
        }
        Issue.record("no attempt came to its end")
        return reports
    }

    private static func pushSnapshot(
        of store: SyncStore, _ transport: any Transport
    ) async throws -> Int {
        let sealer = SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
        try await SnapshotMaker(store: store, transport: transport, sealer: sealer).make()
        // The first piece is the manifest.
        return try #require(try await transport.newestSnapshot()).chunkCount - 1
    }

    /// Rows so large that a few of them fill a segment, with texts that do not compress.
    private static func fill(_ store: SyncStore, rows: Int) throws {
        try store.write { db in
            for _ in 0..<rows {
                try db.execute(
                    sql: """
                        INSERT INTO pictures(id, data) VALUES(randomblob(16), randomblob(380000))
                        """)
            }
        }
    }
}
