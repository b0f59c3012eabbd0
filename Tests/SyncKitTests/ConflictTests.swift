import GRDB
import SyncKit
import TestSupport
import Testing

/// Values that lose against a write that did not know of them are listed and can be brought back.
@Suite struct ConflictTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"
    private static let day: UInt64 = 24 * 3600 * 1000

    /// Two devices with one item, `first` edited by device 0 and `second`, later, by device 1.
    private static func edited(_ first: String, _ second: String) async throws -> Fleet {
        let fleet = try Fleet(seed: 71, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(key), 'base')")
        try await fleet.settle()
        try fleet[0].run(first)
        fleet.time.advance(by: 10)
        try fleet[1].run(second)
        try await fleet.settle()
        return fleet
    }

    // Goal: of two edits of one cell the lost value is listed on both devices, with what stands.
    @Test func aTwoWayEditIsListed() async throws {
        let fleet = try await Self.edited(
            "UPDATE items SET title = 'lost', best = 1", "UPDATE items SET title = 'stands'")
        try fleet.expectAgreement()
        for index in 0..<2 {
            let conflict = try #require(try fleet[index].conflicts().first)
            #expect(try fleet[index].conflicts().count == 1)
            #expect(conflict.kind == .cellOverwritten)
            #expect(conflict.table == "items")
            #expect(conflict.lost == ["title": .text("lost")])
            #expect(conflict.standing == ["title": .text("stands")])
            #expect(conflict.lostStamp < conflict.standingStamp)
            #expect(conflict.lostStamp.replica == (try fleet[0].replica.handle))
            #expect(conflict.foundMilliseconds == fleet.time.now)
        }
    }

    // Goal: the same value written twice is no conflict.
    @Test func equalEditsAreNoConflict() async throws {
        let fleet = try await Self.edited(
            "UPDATE items SET title = 'same'", "UPDATE items SET title = 'same', best = 2")
        for index in 0..<2 { #expect(try fleet[index].conflicts().isEmpty) }
    }

    // Goal: a restored value wins everywhere, makes no new conflict and leaves every list; a
    // dismissed one is gone.
    @Test func aLostValueIsRestored() async throws {
        let fleet = try await Self.edited(
            "UPDATE items SET title = 'lost'", "UPDATE items SET title = 'stands'")
        try fleet[0].restore(try #require(try fleet[0].conflicts().first).id)
        #expect(try fleet[0].conflicts().isEmpty)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT title FROM items") == "lost")
        #expect(try fleet[1].conflicts().isEmpty)

        let second = try await Self.edited(
            "UPDATE items SET title = 'lost'", "UPDATE items SET title = 'stands'")
        let other = try #require(try second[1].conflicts().first)
        #expect(try second[1].conflicts().count == 1)
        try second[1].dismiss(other.id)
        #expect(try second[1].conflicts().isEmpty)
        #expect(throws: StoreError.unknownConflict(other.id)) { try second[1].restore(other.id) }
    }

    // Goal: a row that is edited here and deleted there is listed with all its values where it was
    // edited, and comes back whole; the order of the two does not matter.
    @Test(arguments: [true, false])
    func aDeletedRowIsRestored(editsFirst: Bool) async throws {
        let update = "UPDATE items SET title = 'edited', plays = plays + 3"
        let fleet = try await Self.edited(
            editsFirst ? update : "DELETE FROM items", editsFirst ? "DELETE FROM items" : update)
        try fleet.expectAgreement()
        let editor = editsFirst ? 0 : 1
        #expect(try fleet[0].value("SELECT count(*) FROM items") == 0)
        let conflict = try #require(try fleet[editor].conflicts().first)
        #expect(conflict.kind == .rowDeleted)
        #expect(conflict.lost["title"] == .text("edited"))
        #expect(conflict.standing.isEmpty)
        try fleet[editor].restore(conflict.id)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT title || plays FROM items") == "edited3")
    }

    // Goal: an edit that only a counter, a maximum or another column got is no conflict.
    @Test func whatMergesIsNoConflict() async throws {
        let fleet = try await Self.edited(
            "UPDATE items SET plays = plays + 1, best = 5, title = 'one'",
            "UPDATE items SET plays = plays + 1, best = 7, origin = 'two'")
        try fleet.expectAgreement()
        for index in 0..<2 { #expect(try fleet[index].conflicts().isEmpty) }
        #expect(
            try fleet[0].value("SELECT title || plays || best || origin FROM items") == "one27two")
    }

    // Goal: lost values are there for exactly 30 days.
    @Test func lostValuesAreKept30Days() async throws {
        let fleet = try await Self.edited(
            "UPDATE items SET title = 'lost'", "UPDATE items SET title = 'stands'")
        for (step, count) in [(30 * Self.day, 1), (1, 0)] {
            fleet.time.advance(by: step)
            try fleet[1].run("UPDATE items SET best = ifnull(best, 0) + 1")
            try await fleet.sync(1)
            try await fleet.sync(0)
            #expect(try fleet[0].conflicts().count == count)
        }
    }

    // Goal: edits that each know the one before are never listed, however many syncs, lost
    // messages, wrong clocks and other programs there are.
    // Method: a device syncs to the end, writes, and syncs to the end; then any device goes on.
    @Test(arguments: SeededGenerator.seeds(8))
    func sequentialEditsNeverConflict(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        for device in fleet.devices { device.clock.set(Int64(generator.below(20_000)) - 10_000) }
        for step in 0..<120 {
            fleet.time.advance(by: UInt64(generator.below(2000)))
            let index = generator.below(3)
            fleet.server.lose(oneIn: 4)
            while try await !fleet.mayBreakOff(index) {}
            for _ in 0...generator.below(2) {
                let sql = Self.randomEdit(step, &generator)
                if generator.oneIn(4) {
                    try Shell.sqlite(fleet.devices[index].path, sql)
                } else {
                    try fleet[index].run(sql)
                }
            }
            while try await !fleet.mayBreakOff(index) {}
        }
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        for device in fleet.devices {
            #expect(try device.store.conflicts().isEmpty, "seed \(seed)")
        }
    }

    // Goal: of edits that do not know each other every lost value is listed on its own device.
    @Test(arguments: SeededGenerator.seeds(8))
    func everyLostEditIsListed(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.settle()
        var lost = [Set<String>](repeating: [], count: 3)
        for round in 0..<20 {
            let writers = [0, 1, 2].filter { _ in !generator.oneIn(3) }
            for index in writers {
                fleet.time.advance(by: UInt64(generator.below(100)))
                fleet.devices[index].clock.set(Int64(generator.below(4000)) - 2000)
                try fleet[index].run("UPDATE items SET title = '\(round) of \(index)'")
            }
            fleet.server.lose(oneIn: 5)
            for _ in 0..<6 { _ = try await fleet.mayBreakOff(generator.below(3)) }
            try await fleet.settle()
            let title: String? = try fleet[0].value("SELECT title FROM items")
            for index in writers where title != "\(round) of \(index)" {
                lost[index].insert("\(round) of \(index)")
            }
        }
        try fleet.expectAgreement(nil, "seed \(seed)")
        for index in 0..<3 {
            let listed = Set(
                try fleet[index].conflicts().compactMap { conflict -> String? in
                    guard case .text(let bytes) = conflict.lost["title"] else { return nil }
                    return String(decoding: bytes, as: UTF8.self)
                })
            #expect(lost[index].isSubset(of: listed), "device \(index), seed \(seed)")
            #expect(listed.isSubset(of: lost[0].union(lost[1]).union(lost[2])), "seed \(seed)")
        }
    }

    private static func randomEdit(_ step: Int, _ generator: inout SeededGenerator) -> String {
        let row = "x'" + String(repeating: "0", count: 31) + "\(generator.below(4))'"
        return switch generator.below(6) {
        case 0: "DELETE FROM items WHERE id = \(row)"
        case 1: "REPLACE INTO items(id, title) VALUES(\(row), 'new \(step)')"
        case 2: "INSERT INTO tags(item, tag) VALUES(\(row), 'tag \(step)')"
        default:
            """
            INSERT INTO items(id, title, best) VALUES(\(row), 'title \(step)', \(step))
            ON CONFLICT DO UPDATE SET title = excluded.title, plays = plays + 1
            """
        }
    }
}
