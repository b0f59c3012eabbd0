import GRDB
import SyncKit
import TestSupport
import Testing

/// Clocks that are years off, or jump while a device runs, lose nothing and poison nobody.
@Suite struct WildClockTests {
    private static let year: Int64 = 365 * 24 * 3600 * 1000
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    // Goal: a device ten years off agrees with the others at once, and the later edit of a device
    // with a right clock wins.
    @Test(arguments: [-10, 10])
    func tenYearsOff(years: Int64) async throws {
        let fleet = try Fleet(seed: 121, devices: 2)
        try fleet[1].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.sync(1)
        fleet.devices[0].clock.set(years * Self.year)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('before any contact')")
        try await fleet.settle()
        try fleet[0].run("UPDATE items SET title = 'wrong clock'")
        try await fleet.settle()
        #expect(try fleet[1].value("SELECT title FROM items") == "wrong clock")
        fleet.time.advance(by: 1)
        try fleet[1].run("UPDATE items SET title = 'right clock'")
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT title FROM items") == "right clock")
        #expect(try fleet[0].conflicts().isEmpty)
    }

    // Goal: a clock that jumps ahead between contacts and back again dates nothing wrongly for
    // others, and the device's own writes keep their order.
    @Test func aJumpBetweenContacts() async throws {
        let fleet = try Fleet(seed: 122, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.settle()
        for (years, title) in [(Int64(10), "ahead"), (-10, "behind"), (3, "again"), (0, "right")] {
            fleet.devices[0].clock.set(years * Self.year)
            try fleet[0].run("UPDATE items SET title = '\(title)'")
        }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT title FROM items") == "right")
        for segment in fleet.server.segments {
            #expect(segment.header.highestStamp.milliseconds <= fleet.time.now + 5000)
        }
        fleet.time.advance(by: 6000)
        try fleet[1].run("UPDATE items SET title = 'later'")
        try await fleet.settle()
        #expect(try fleet[0].value("SELECT title FROM items") == "later")
    }

    // Goal: whatever clocks do, all agree, no segment is refused or set aside for good, no tag is
    // lost, and counters count each addition once.
    @Test(arguments: SeededGenerator.seeds(10))
    func randomJumpsConverge(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.settle()
        var (tags, sum) = (0, 0)
        for step in 0..<120 {
            fleet.time.advance(by: UInt64(generator.below(60_000)))
            let index = generator.below(3)
            switch generator.below(8) {
            case 0: fleet.devices[index].clock.set(Int64(generator.below(21) - 10) * Self.year)
            case 1: fleet.devices[index].clock.set(Int64(generator.below(600_000)) - 300_000)
            case 2, 3:
                fleet.server.lose(oneIn: 5)
                _ = try await fleet.mayBreakOff(index)
            case 4:
                tags += 1
                try Shell.sqlite(
                    fleet.devices[index].path, "INSERT INTO tags(tag) VALUES('tag \(step)')")
            case 5:
                sum += step
                try fleet[index].run("UPDATE items SET plays = plays + \(step)")
            default: try fleet[index].run("UPDATE items SET title = 'title \(step)'")
            }
        }
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == tags, "seed \(seed)")
        #expect(try fleet[2].value("SELECT plays FROM items") == sum, "seed \(seed)")
        for segment in fleet.server.segments {
            #expect(segment.header.highestStamp.milliseconds <= fleet.time.now + 5000)
        }
    }
}
