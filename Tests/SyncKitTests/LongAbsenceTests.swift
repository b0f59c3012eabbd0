import GRDB
import SyncKit
import TestSupport
import Testing

/// A device that was away while the server forgot old segments comes back: no deleted row rises,
/// no edit is lost.
@Suite struct LongAbsenceTests {
    private static func key(_ row: Int) -> String {
        "x'" + String(repeating: "0", count: 30) + (row < 10 ? "0" : "") + "\(row)'"
    }

    private static let quarter: UInt64 = 91 * 24 * 3600 * 1000

    /// Three devices with items 1 to 6; device 2 then leaves.
    private static func begin() async throws -> Fleet {
        let fleet = try Fleet(seed: 81, devices: 3)
        try fleet[0].run(
            "INSERT INTO items(id, title) VALUES"
                + (1...6).map { "(\(key($0)), 'row \($0)')" }.joined(separator: ", "))
        try await fleet.settle()
        return fleet
    }

    /// Devices 0 and 1 go on alone until nothing of the beginning is on the server.
    private static func forget(_ fleet: Fleet) async throws {
        fleet.time.advance(by: quarter)
        try await fleet.settle([0, 1])
        try await fleet.makeSnapshot(by: 0)
        fleet.server.compact(keepingGrace: 0)
        try await fleet.settle([0, 1])
        #expect(fleet.server.serverState.floor > 0)
        #expect(fleet.server.serverState.horizon == fleet.server.serverState.head)
    }

    // Goal: a row that became known after the snapshot's place is never gone, not for a moment.
    // Method: the absent device sends what it sealed before it left, and then loads the snapshot.
    @Test func aSnapshotSaysNothingOfWhatCameLater() async throws {
        let fleet = try await Self.begin()
        try fleet[2].run("INSERT INTO items(id, title) VALUES(\(Self.key(9)), 'new')")
        let cut = ExhaustedTransport(fleet.transport(2), pushes: 0)
        await #expect(throws: SimulatedLoss.self) { try await fleet.sync(2, over: cut) }
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(8)), 'meanwhile')")
        try await Self.forget(fleet)
        var counts: Set<Int> = []
        let report = try await fleet.sync(
            2,
            progress: { _ in
                let count =
                    try? fleet[2].value("SELECT count(*) FROM items WHERE title = 'new'") ?? 0
                counts.insert(count ?? -1)
            })
        #expect(report.chunksReceived > 0 && counts == [1])
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: what the absent device wrote reaches all, what was deleted meanwhile is gone there
    // too, and its edits of deleted rows are listed as conflicts.
    @Test func aDeviceAwayTooLongKeepsItsEdits() async throws {
        let fleet = try await Self.begin()
        try fleet[2].run("UPDATE items SET title = 'away' WHERE id = \(Self.key(1))")
        try fleet[2].run("UPDATE items SET title = 'in vain' WHERE id = \(Self.key(2))")
        try fleet[2].run("DELETE FROM items WHERE id = \(Self.key(3))")
        try fleet[2].run("INSERT INTO items(id, title) VALUES(\(Self.key(9)), 'new')")
        try fleet[2].run("REPLACE INTO items(id, title) VALUES(\(Self.key(4)), 'again')")
        try fleet[0].run("DELETE FROM items WHERE id IN (\(Self.key(2)), \(Self.key(5)))")
        try fleet[1].run("UPDATE items SET best = 7")
        try await Self.forget(fleet)
        let tombstones = "SELECT count(*) FROM sync_tombstones_1"
        #expect(try fleet[0].value(tombstones) == 0)
        let report = try await fleet.sync(2)
        #expect(report.chunksReceived == 1)
        try await fleet.settle()
        try fleet.expectAgreement()
        let titles: String? = try fleet[1].value(
            "SELECT group_concat(title) FROM (SELECT title FROM items ORDER BY id)")
        #expect(titles == "away,again,row 6,new")
        let conflict = try #require(try fleet[2].conflicts().first)
        #expect(conflict.kind == .rowDeleted)
        #expect(conflict.lost["title"] == .text("in vain"))
        try fleet[2].restore(conflict.id)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM items WHERE title = 'in vain'") == 1)
    }

    // Goal: a row that was deleted and inserted again stays, although the server's answer to the
    // deletion came late, when all others had it already.
    @Test func aRowInsertedAgainOutlivesItsTombstone() async throws {
        let fleet = try Fleet(seed: 82, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(1)), 'first')")
        try await fleet.settle()
        try fleet[0].run("DELETE FROM items")
        let keys = try #require(Gallery.keys())
        try fleet[0].sealPending(with: SegmentSealer(keys: keys, account: Gallery.account))
        let segment = try #require(try fleet[0].nextUnsent())
        _ = try await fleet.transport(0).push(segment)
        try await fleet.sync(1)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(1)), 'second')")
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT title FROM items") == "second")
    }

    // Goal: the same when rows that were deleted and cleared away are inserted again meanwhile.
    @Test func aRowOfANewLifeIsTheSameEverywhere() async throws {
        let fleet = try await Self.begin()
        try fleet[2].run("UPDATE items SET title = 'old life', plays = plays + 1")
        try fleet[0].run("DELETE FROM items")
        try await Self.forget(fleet)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(1)), 'new life')")
        try await fleet.settle([0, 1])
        try await fleet.makeSnapshot(by: 1)
        fleet.server.compact(keepingGrace: 0)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[2].conflicts().count >= 5)
    }

    // Goal: a device that comes with a copy older than the floor, and one that is new, agree.
    @Test func oldCopiesAndNewDevicesAgree() async throws {
        let fleet = try await Self.begin()
        let backup = try fleet.addDevice(copying: 2)
        try fleet[0].run("DELETE FROM items WHERE id > \(Self.key(3))")
        try await Self.forget(fleet)
        try backup.store.run("UPDATE items SET title = 'from the backup'")
        try fleet.addDevice()
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[4].value("SELECT count(*) FROM items") == 3)
        #expect(
            try fleet[0].value("SELECT count(DISTINCT title) FROM items") == 1)
    }

    // Goal: no zombie, no lost edit, equal digests, whatever is deleted, compacted and cleared away
    // while devices come and go.
    // Method: tags are only ever added, items do anything; a tag must survive everything.
    @Test(arguments: SeededGenerator.seeds(10))
    func randomAbsencesConverge(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        var written: Set<String> = []
        for step in 0..<150 {
            fleet.time.advance(by: UInt64(generator.below(5000)))
            if generator.oneIn(25) { fleet.time.advance(by: Self.quarter / 2) }
            let index = generator.below(fleet.devices.count)
            switch generator.below(10) {
            case 0, 1, 2:
                fleet.server.lose(oneIn: 5)
                _ = try await fleet.mayBreakOff(index)
            case 3 where generator.oneIn(2):
                fleet.server.lose(oneIn: nil)
                try await fleet.sync(index)
                try await fleet.makeSnapshot(by: index)
                fleet.server.compact(keepingGrace: 0, atMost: 1 + generator.below(20))
            case 4:
                try fleet[index].run("INSERT INTO tags(tag) VALUES('tag \(step)')")
                written.insert("tag \(step)")
            default:
                try fleet[index].run(Self.randomEdit(step, &generator))
            }
        }
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        let tags = try fleet[0].read { try String.fetchSet($0, sql: "SELECT tag FROM tags") }
        #expect(tags == written, "seed \(seed)")
    }

    private static func randomEdit(_ step: Int, _ generator: inout SeededGenerator) -> String {
        let row = key(generator.below(5))
        return switch generator.below(4) {
        case 0: "DELETE FROM items WHERE id = \(row)"
        case 1: "REPLACE INTO items(id, title, plays) VALUES(\(row), 'new \(step)', 3)"
        default:
            """
            INSERT INTO items(id, title) VALUES(\(row), 'title \(step)')
            ON CONFLICT DO UPDATE SET title = excluded.title, plays = plays + 1
            """
        }
    }
}
