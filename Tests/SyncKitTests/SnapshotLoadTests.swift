import GRDB
import SyncKit
import Synchronization
import TestSupport
import Testing

/// Loading a snapshot goes on where it broke off, and with the newest one.
@Suite struct SnapshotLoadTests {
    /// A transport on which something happens before a chunk is fetched.
    private struct Interrupted: Transport {
        let base: SimulatedDevice
        let before: @Sendable (Int) async throws -> Void

        func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
            try await base.push(segment)
        }
        func pull(_ request: PullRequest) async throws -> PulledPage {
            try await base.pull(request)
        }
        func push(_ chunk: SnapshotChunk) async throws { try await base.push(chunk) }
        func newestSnapshot() async throws -> SnapshotManifest? {
            try await base.newestSnapshot()
        }
        func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
            try await before(index)
            return try await base.chunk(index, of: snapshot)
        }
    }

    /// Device 0 holds items of several chunks, which only a snapshot says.
    private static func begin() async throws -> Fleet {
        let fleet = try Fleet(seed: 91, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'seen by both')")
        try await fleet.settle()
        try fleet[0].run(
            """
            WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 12)
            INSERT INTO items(id, title, plays) SELECT randomblob(16), randomblob(250000), n
            FROM many; DELETE FROM items WHERE id = zeroblob(16)
            """)
        try await fleet.sync(0)
        try await fleet.makeSnapshot(by: 0)
        fleet.server.compact(keepingGrace: 0)
        return fleet
    }

    // Goal: after a crash between any two chunks only the chunks after it are fetched.
    @Test(arguments: 1...3)
    func loadingGoesOnWhereItBrokeOff(chunk: Int) async throws {
        let fleet = try await Self.begin()
        let interrupted = Interrupted(base: fleet.transport(1)) { index in
            if index == chunk { throw SimulatedLoss() }
        }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('written here')")
        await #expect(throws: SimulatedLoss.self) { try await fleet.sync(1, over: interrupted) }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('between')")
        try fleet.devices[1].reopen()
        let report = try await fleet.sync(1)
        #expect(report.chunksReceived == (try await Self.chunkCount(fleet)) - (chunk - 1))
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 2)
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 12)
    }

    // Goal: what is written here between the last chunk and the end of loading stays.
    @Test func whatIsWrittenBeforeTheEndStays() async throws {
        let fleet = try await Self.begin()
        let manifest = try #require(try await fleet.transport(1).newestSnapshot())
        let keys = try #require(Gallery.keys())
        let sealer = SegmentSealer(keys: keys, account: Gallery.account)
        let sealed = try SealedManifest.opening(
            try await fleet.transport(1).chunk(0, of: manifest), of: manifest, with: sealer)
        #expect(try fleet[1].beginSnapshot(sealed) == 0)
        for index in sealed.chunks.indices {
            let chunk = try await fleet.transport(1).chunk(index + 1, of: manifest)
            _ = try fleet[1].applyChunk(chunk, index, of: sealed, with: sealer)
        }
        // As when the program was killed there: the next sync has no chunk left to fetch.
        try fleet[1].run("INSERT INTO items(id, title) VALUES(x'\(Self.late)', 'late')")
        #expect(try await fleet.sync(1).chunksReceived == 0)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM items WHERE title = 'late'") == 1)
    }

    private static let late = String(repeating: "7", count: 32)

    // Goal: a newer snapshot that takes the place of the one being loaded is loaded from its
    // beginning, and rows deleted in between are gone.
    @Test(arguments: 1...3)
    func aNewerSnapshotTakesOver(chunk: Int) async throws {
        let fleet = try await Self.begin()
        let hasReplaced = Mutex(false)
        let (store, server, device) = (fleet[0], fleet.server, fleet.transport(0))
        let keys = try #require(Gallery.keys())
        let interrupted = Interrupted(base: fleet.transport(1)) { index in
            let isFirst = hasReplaced.withLock { done in
                defer { done = done || index == chunk }
                return !done && index == chunk
            }
            guard isFirst else { return }
            try store.run("DELETE FROM items WHERE plays % 2 = 0")
            _ = try await Synchronizer(
                store: store, transport: device, keys: keys, account: Gallery.account
            ).run()
            try await Fleet.makeSnapshot(
                of: store, id: [UInt8](repeating: 5, count: 16), keys, device)
            server.compact(keepingGrace: 0)
        }
        let report = try await fleet.sync(1, over: interrupted)
        #expect(report.chunksReceived == chunk - 1 + (try await Self.chunkCount(fleet)))
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 6)
    }

    // Goal: a chunk out of its place, of another account or damaged is refused, and nothing moves.
    @Test func unsuitableChunksAreRefused() async throws {
        let fleet = try await Self.begin()
        let snapshot = try #require(try await fleet.transport(0).newestSnapshot())
        let pieces = try await fleet.pieces(of: snapshot)
        let sealer = SegmentSealer(
            keys: try #require(Gallery.keys()), account: Gallery.account)
        let stranger = SegmentSealer(
            keys: try #require(Gallery.keys()), account: [UInt8](repeating: 9, count: 16))
        #expect(throws: SegmentError.otherAccount) {
            try SealedManifest.opening(pieces[0], of: snapshot, with: stranger)
        }
        #expect(throws: StoreError.self) {
            try SealedManifest.opening(pieces[1], of: snapshot, with: sealer)
        }
        #expect(throws: SegmentError.notAuthentic) {
            try SealedManifest.opening(Self.damaged(pieces[0]), of: snapshot, with: sealer)
        }
        let manifest = try SealedManifest.opening(pieces[0], of: snapshot, with: sealer)
        _ = try fleet[1].beginSnapshot(manifest)
        for (index, bytes) in [(0, pieces[2]), (0, Self.damaged(pieces[1])), (1, pieces[2])] {
            #expect(throws: StoreError.self) {
                try fleet[1].applyChunk(bytes, index, of: manifest, with: sealer)
            }
        }
        #expect(throws: StoreError.self) { try fleet[1].finishSnapshot(manifest) }
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 1)
        #expect(try fleet[1].conflicts().isEmpty)
    }

    // Goal: the device that sees the tail grow to the limit makes a snapshot, and a new device
    // loads it instead of the segments.
    @Test func aLongTailBecomesASnapshot() async throws {
        let fleet = try Fleet(seed: 92, devices: 1)
        var made = 0
        for count in 1...Limits.snapshotTail {
            try fleet[0].run("INSERT INTO tags(tag) VALUES(\(count))")
            let report = try await fleet.sync(0)
            made += report.chunksSent
            if count < Limits.snapshotTail { #expect(made == 0) }
        }
        #expect(made == 1)
        fleet.server.compact(keepingGrace: 0)
        try fleet.addDevice()
        let report = try await fleet.sync(1)
        #expect(report.chunksReceived == 1)
        #expect(report.segmentsReceived == 0)
        try fleet.expectAgreement()
    }

    private static func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var damaged = bytes
        damaged[damaged.count / 2] ^= 1
        return damaged
    }

    private static func chunkCount(_ fleet: Fleet) async throws -> Int {
        // The first piece is the manifest.
        try #require(try await fleet.transport(0).newestSnapshot()).chunkCount - 1
    }
}
