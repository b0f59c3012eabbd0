import GRDB
import SyncKit
import TestSupport
import Testing

/// A received segment that is set aside takes nothing with it: not what was written here, nor what
/// came before it in the same page.
@Suite struct SetAsideTests {
    /// Why a segment is set aside.
    enum Reason: CaseIterable {
        case keyNotHeld, futureDate, brokenConstraint
    }

    // Goal: rows inserted since the last fold, which nobody counted, and rows of the same page all
    // keep their clocks when a segment between them is set aside; every one is sent.
    @Test(arguments: Reason.allCases, [0, 1])
    func nothingGoesWithWhatIsSetAside(reason: Reason, place: Int) throws {
        let bench = try MergeBench(seed: 131)
        let (first, second, sender) = (try bench.open(), try bench.open(), try bench.open())
        // A rule of the app that the engine was not told of.
        try first.run("CREATE UNIQUE INDEX own_rule ON tags(tag)")
        try sender.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'before')")
        let before = try bench.seal(sender)
        let unsuitable = try Self.segment(reason, bench)
        try sender.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'after')")
        let after = try bench.seal(sender)
        try first.run(Self.fiveHundredRows)
        var page = [before, after]
        page.insert(unsuitable, at: place)
        _ = try first.apply(
            page.enumerated().map {
                SequencedSegment(sequence: ServerSequence(Int64($0 + 1)), bytes: $1.bytes)
            }, with: bench.sealer)
        #expect(try first.quarantinedSegmentCount() == 1)
        #expect(try first.diagnose().isHealthy)
        try bench.deliver([before, after] + (try bench.sealAll(first)), to: second)
        #expect(try second.value("SELECT count(*) FROM items") == 502)
        #expect(try Workshop.contents(of: second) == Workshop.contents(of: first))
        #expect(try second.storedDigest() == first.storedDigest())
    }

    // Goal: the same over whole exchanges: what one device inserts reaches the others although a
    // segment waits for its key.
    @Test func insertsAreSentWhileASegmentWaits() async throws {
        let fleet = try Fleet(seed: 132, devices: 2)
        try await fleet.settle()
        fleet.devices[1].keys[2] = [UInt8](repeating: 8, count: 32)
        try fleet[1].run("INSERT INTO items(id, title) VALUES(randomblob(16), 'new key')")
        try await fleet.sync(1)
        try fleet[0].run(Self.fiveHundredRows)
        try await fleet.sync(0)
        try await fleet.sync(1)
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 501)
        fleet.devices[0].keys[2] = fleet.devices[1].keys[2]
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: rows that no clock knows, as a program leaves them that writes with its triggers off,
    // are noticed at the next exchange and sent: before the last row, after it, and in a new table.
    @Test func rowsWithoutAClockAreNoticed() async throws {
        let fleet = try Fleet(seed: 133, devices: 2)
        try fleet[0].run("INSERT INTO items(_rowid_, id) VALUES(5, randomblob(16))")
        try await fleet.settle()
        #expect(try await fleet.sync(0).rowsDated == 0)
        let path = fleet.devices[0].path
        let hidden = [
            "INSERT INTO items(_rowid_, id) VALUES(9, randomblob(16))",
            "INSERT INTO tags(tag) VALUES('first of its table')",
            """
            INSERT INTO items(_rowid_, id) SELECT value, randomblob(16)
            FROM generate_series(20, 22)
            """,
        ]
        for (sql, count) in zip(hidden, [1, 1, 3]) {
            try Shell.run(["sqlite3", "-batch", "-bail", path, ".dbconfig enable_trigger off", sql])
            #expect(try await fleet.sync(0).rowsDated == count)
        }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 5)
        #expect(try await fleet.sync(0).rowsDated == 0)
    }

    private static let fiveHundredRows = """
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 500)
        INSERT INTO items(id, title) SELECT randomblob(16), n FROM numbers
        """

    /// A segment of another replica that is set aside.
    private static func segment(_ reason: Reason, _ bench: MergeBench) throws -> SealedSegment {
        let folder = try TemporaryFolder()
        let ahead: Int64 = reason == .futureDate ? 3_600_000 : 0
        let store = try Workshop.open(folder.path("sender"), bench.time.environment(skew: ahead))
        try store.run("INSERT INTO tags(tag) VALUES('same'), ('same')")
        var sealer = bench.sealer
        if reason == .keyNotHeld {
            let keys = LibraryKeys([2: [UInt8](repeating: 8, count: 32)])
            sealer = SegmentSealer(keys: try #require(keys), account: Gallery.account)
        }
        try store.sealPending(with: sealer)
        return try #require(try store.nextUnsent())
    }
}
