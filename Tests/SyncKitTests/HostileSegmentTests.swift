import GRDB
import SyncKit
import TestSupport
import Testing

/// Segments that cannot be applied stop nothing and are not thrown away.
@Suite struct HostileSegmentTests {
    // Goal: garbage between good segments is dropped and told; the good ones count.
    @Test func garbageIsDroppedAndTheRestApplied() async throws {
        let pair = try Pair()
        try pair.first.write {
            try $0.execute(sql: "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'one')")
        }
        try await pair.sync(pair.first)
        let good = try #require(pair.server.segments.first)
        var damaged = good.bytes
        damaged[damaged.count - 1] ^= 1
        pair.server.inject(try SealedSegment(bytes: damaged))
        try pair.first.write { try $0.execute(sql: "UPDATE pictures SET width = 2") }
        try await pair.sync(pair.first)
        let report = try await pair.sync(pair.second)
        #expect(report.segmentsDropped == 1 && report.segmentsSetAside == 0)
        #expect(try Gallery.contents(of: pair.second) == (try Gallery.contents(of: pair.first)))
    }

    // Goal: a segment that a server gives once more, when all have forgotten that its row was
    // deleted, raises no row: on no other device, nor on the one that sealed it.
    @Test func aRepeatedSegmentRaisesNoRow() async throws {
        let fleet = try Fleet(seed: 151, devices: 3)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('deleted')")
        try await fleet.sync(0)
        let first = try #require(fleet.server.segments.first)
        try await fleet.settle()
        try fleet[1].run("DELETE FROM tags")
        try await fleet.settle()
        try await fleet.settle()
        let tombstones = "SELECT count(*) FROM sync_tombstones_2"
        #expect(try fleet[0].value(tombstones) == 0 && fleet[1].value(tombstones) == 0)
        fleet.server.inject(first)
        for index in 0..<3 {
            let report = try await fleet.sync(index)
            #expect(report.segmentsDropped == 1 && report.faults.isEmpty && !report.repaired)
            #expect(try fleet[index].value("SELECT count(*) FROM tags") == 0)
        }
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: a page out of order is refused whole; the cursor stays.
    @Test func aPageOutOfOrderIsRefused() async throws {
        struct Disordered: Transport {
            let bytes: [UInt8]
            func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
                throw SimulatedLoss()
            }
            func pull(_ request: PullRequest) async throws -> PulledPage {
                PulledPage(
                    segments: [2, 1].map { SequencedSegment(sequence: $0, bytes: bytes) },
                    server: ServerState(milliseconds: 0, epoch: 1, head: 2, floor: 0, horizon: 0))
            }
            func push(_ chunk: SnapshotChunk) async throws {}
            func newestSnapshot() async throws -> SnapshotManifest? { nil }
            func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
                throw SnapshotGone()
            }
        }
        let pair = try Pair()
        let synchronizer = try Pair.synchronizer(pair.first, Disordered(bytes: []))
        await #expect(throws: StoreError.sequenceOutOfOrder(got: 1, after: 2)) {
            try await synchronizer.run()
        }
        #expect(try pair.first.cursor() == 0)
    }

    // Goal: changes of tables and columns that only a newer program knows are kept, and appear
    // when this program has learnt them.
    @Test func unknownTablesAndColumnsAreKeptUntilKnown() async throws {
        let pair = try Pair()
        let folder = try TemporaryFolder()
        let path = folder.path("old.sqlite")
        let old = try SyncStore(
            path: path,
            schema: try SyncSchema(tables: [
                SyncedTable("pictures", id: 1, columns: [SyncedColumn("title", id: 1)])
            ]), migrator: Gallery.migrator, environment: pair.time.environment())
        try pair.first.write { db in
            try db.execute(
                sql: """
                    INSERT INTO pictures(id, title, width) VALUES(zeroblob(16), 'new', 3);
                    INSERT INTO tags(picture, tag) VALUES(zeroblob(16), 'ink');
                    """)
        }
        try await pair.sync(pair.first)
        try await pair.sync(old)
        #expect(try old.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM tags") } == 0)
        let updated = try Gallery.open(path, pair.time.environment())
        #expect(try Gallery.contents(of: updated) == (try Gallery.contents(of: pair.first)))
        #expect(try updated.pendingChangeCount() == 0)
    }
}
