import GRDB
import SyncKit
import TestSupport
import Testing

/// No snapshot that a server makes up, cuts or keeps from an older day takes a row away.
@Suite struct HostileSnapshotTests {
    /// What the server serves in place of its newest snapshot.
    enum Fraud: CaseIterable {
        /// Fewer chunks than there are, as its own word.
        case cutShort
        /// The manifest and the first chunk, then nothing but the first again.
        case chunkLeftOut
        /// A snapshot of an earlier day under the name and place of the newest.
        case oldUnderNewName
        /// The whole of an older one, which it calls the newest.
        case old
        /// A snapshot that this library's devices made, at a place far beyond its own.
        case movedAhead
        /// A chunk in the place of the manifest.
        case noManifest
    }

    private static let tenRows = """
        WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 10)
        INSERT INTO items(id, title) SELECT randomblob(16), randomblob(150000) FROM many
        """

    // Goal: a device that is told that its segments are gone, and served a snapshot that is not
    // the newest whole one, keeps every row; with an honest server it agrees with the others.
    @Test(arguments: Fraud.allCases)
    func noRowGoes(fraud: Fraud) async throws {
        let fleet = try Fleet(seed: 141, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'first')")
        try await fleet.settle()
        try await fleet.makeSnapshot(by: 0)
        let old = try #require(try await fleet.transport(0).newestSnapshot())
        let oldPieces = try await fleet.pieces(of: old)
        try fleet[0].run(Self.tenRows)
        try await fleet.settle()
        try fleet[0].run("DELETE FROM items WHERE id = zeroblob(16)")
        try fleet[0].run(Self.tenRows)
        try await fleet.sync(0)
        try await fleet.makeSnapshot(by: 0)
        let newest = try #require(try await fleet.transport(0).newestSnapshot())
        let pieces = try await fleet.pieces(of: newest)
        #expect(pieces.count > 3)
        let hostile = Self.server(fleet.transport(1), fraud, old, oldPieces, newest, pieces)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('written here')")
        let report = try await fleet.sync(1, over: hostile)
        guard case .notLoaded = report.snapshotFailure else {
            Issue.record("no snapshot was refused: \(report)")
            return
        }
        #expect(report.segmentsSent == 1)
        let keys = "SELECT count(*) FROM items WHERE title IS NOT NULL"
        #expect(try (fleet[1].value(keys) ?? 0) >= 11)
        #expect(try fleet[1].value("SELECT count(*) FROM items WHERE title = 'first'") == 1)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 20)
        #expect(try fleet[1].faults().isEmpty)
    }

    private static func server(
        _ base: SimulatedDevice, _ fraud: Fraud, _ old: SnapshotManifest, _ oldPieces: [[UInt8]],
        _ newest: SnapshotManifest, _ pieces: [[UInt8]]
    ) -> HostileServer {
        var hostile = HostileServer(base: base)
        hostile.state = { state in
            var state = state
            state.floor = state.head
            return state
        }
        switch fraud {
        case .cutShort:
            hostile.snapshot = { _ in
                SnapshotManifest(id: newest.id, cursor: newest.cursor, chunkCount: 2)
            }
        case .chunkLeftOut: hostile.piece = { $0 > 1 ? pieces[1] : nil }
        case .oldUnderNewName:
            hostile.snapshot = { _ in
                SnapshotManifest(
                    id: newest.id, cursor: newest.cursor, chunkCount: oldPieces.count)
            }
            hostile.piece = { oldPieces[$0] }
        case .old:
            hostile.snapshot = { _ in old }
            hostile.piece = { oldPieces[$0] }
        case .movedAhead:
            hostile.snapshot = { _ in
                SnapshotManifest(
                    id: newest.id, cursor: newest.cursor + 1, chunkCount: pieces.count)
            }
            hostile.state = { state in
                var state = state
                (state.head, state.floor) = (state.head + 5, state.head + 5)
                return state
            }
        case .noManifest: hostile.piece = { pieces[$0 + 1] }
        }
        return hostile
    }

    // Goal: a snapshot of a history that the server lost says nothing in the present one, though
    // its place is higher than the device's: rows that came since stay.
    @Test func aSnapshotOfALostHistoryIsRefused() async throws {
        let fleet = try Fleet(seed: 142, devices: 2)
        for count in 1...20 {
            try fleet[0].run("INSERT INTO tags(tag) VALUES('\(count)')")
            try await fleet.sync(0)
        }
        try await fleet.settle()
        try await fleet.makeSnapshot(by: 0)
        let old = try #require(try await fleet.transport(0).newestSnapshot())
        let pieces = try await fleet.pieces(of: old)
        fleet.server.wipe()
        try await fleet.settle()
        try fleet[0].run("INSERT INTO tags(tag) VALUES('after the loss')")
        try await fleet.settle()
        #expect(try fleet[1].cursor() < old.cursor)
        var hostile = HostileServer(base: fleet.transport(1))
        hostile.snapshot = { _ in old }
        hostile.piece = { pieces[$0] }
        hostile.state = { state in
            var state = state
            (state.head, state.floor) = (old.cursor, old.cursor)
            return state
        }
        let report = try await fleet.sync(1, over: hostile)
        #expect(report.snapshotFailure != nil && report.chunksReceived == 0)
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 21)
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: what is written here is sent although the server has only a snapshot that nobody can
    // use, or none at all; with a good one all agree.
    @Test(arguments: [false, true])
    func whatIsWrittenHereIsSent(hasSnapshot: Bool) async throws {
        let fleet = try Fleet(seed: 144, devices: 2)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('first')")
        try await fleet.sync(0)
        try await fleet.makeSnapshot(by: 0)
        var hostile = HostileServer(base: fleet.transport(1))
        if hasSnapshot {
            hostile.piece = { _ in [UInt8](repeating: 1, count: 200) }
        } else {
            hostile.snapshot = { _ in nil }
        }
        fleet.server.compact(keepingGrace: 0)
        for number in 1...2 {
            try fleet[1].run("INSERT INTO tags(tag) VALUES('written here \(number)')")
            let report = try await fleet.sync(1, over: hostile)
            #expect(report.segmentsSent == 1 && report.snapshotFailure != nil)
            #expect(try fleet[1].pendingChangeCount() == 0)
        }
        #expect(try await fleet.sync(1).snapshotFailure == nil)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 3)
    }

    // Goal: a server that takes no snapshot of a device stops nothing else, and it is told.
    @Test func aRefusedSnapshotStopsNothing() async throws {
        let fleet = try Fleet(seed: 145, devices: 1)
        var hostile = HostileServer(base: fleet.transport(0))
        hostile.takesSnapshots = false
        try fleet[0].run("INSERT INTO tags(tag) VALUES('here')")
        let keys = try #require(Gallery.keys())
        let report = try await Synchronizer(
            store: fleet[0], transport: hostile, keys: keys, account: Gallery.account,
            snapshotTail: 1
        ).run()
        #expect(report.segmentsSent == 1)
        #expect(report.snapshotFailure == .notTaken(reason: "no room"))
    }

    // Goal: a device that lacks something that the account knows makes no snapshot: what it is
    // silent about would be taken for deleted.
    @Test func whoLacksSomethingMakesNoSnapshot() async throws {
        let fleet = try Fleet(seed: 143, devices: 2)
        try await fleet.settle()
        fleet.devices[0].keys[2] = [UInt8](repeating: 8, count: 32)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('new key')")
        try await fleet.sync(0)
        #expect(try await fleet.sync(1).segmentsSetAside == 1)
        try await fleet.makeSnapshot(by: 1)
        #expect(try await fleet.transport(1).newestSnapshot() == nil)
        fleet.devices[1].keys[2] = fleet.devices[0].keys[2]
        try await fleet.settle()
        try await fleet.makeSnapshot(by: 1)
        #expect(try await fleet.transport(1).newestSnapshot() != nil)
    }
}
