import GRDB
import SyncKit
import TestSupport
import Testing

/// Counters and rows of copied and restored databases count each write once.
@Suite struct CopiedCounterTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    private static func begin(_ seed: UInt64) async throws -> Fleet {
        let fleet = try Fleet(seed: seed, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(key), 'base', 1)")
        try await fleet.settle()
        return fleet
    }

    // Goal: additions that were sealed or sent when the database was copied count once, also where
    // more was added between sealing and the server's answer.
    @Test(arguments: [nil, 2, 3])
    func eachAdditionCountsOnce(lostStep: Int?) async throws {
        let fleet = try await Self.begin(131)
        let keys = try #require(Gallery.keys())
        let sealer = SegmentSealer(keys: keys, account: Gallery.account)
        try fleet[0].run("UPDATE items SET plays = plays + 10")
        try fleet[0].sealPending(with: sealer)
        if lostStep == 2 { try fleet.addDevice(copying: 0) }
        try fleet[0].run("UPDATE items SET plays = plays + 100")
        try await fleet.sync(0)
        if lostStep == 3 { try fleet.addDevice(copying: 0) }
        try fleet[0].run("UPDATE items SET plays = plays + 1000")
        if lostStep != nil { try fleet[2].run("UPDATE items SET plays = plays + 10000") }
        try await fleet.settle([0, 1])
        try await fleet.settle()
        try fleet.expectAgreement()
        let sum = lostStep == nil ? 1111 : 11111
        #expect(try fleet[1].value("SELECT plays FROM items") == sum)
    }

    // Goal: what was added before the copy was made, and not sealed, counts once, whether the copy
    // meets it in a segment or in a snapshot.
    @Test(arguments: [false, true])
    func whatBothCopiesHoldUnsentCountsOnce(isCompacted: Bool) async throws {
        let fleet = try Fleet(seed: 132, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'base', 3)")
        try fleet.addDevice(copying: 0)
        try await fleet.sync(0)
        if isCompacted {
            try await fleet.makeSnapshot(by: 0)
            fleet.server.compact(keepingGrace: 0)
        }
        for index in [1, 2, 1, 0, 2] { #expect(try await !fleet.sync(index).repaired) }
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 3)
    }

    // Goal: what a copy learns of its past does not hide that its clock was wrong since.
    @Test func aCopyWithAWrongClockIsHeard() async throws {
        let fleet = try Fleet(seed: 133, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'base', 3)")
        let copy = try fleet.addDevice(copying: 0)
        try await fleet.sync(0)
        copy.clock.set(3_600_000)
        try fleet[2].run("INSERT INTO tags(tag) VALUES('from the future')")
        for index in [2, 1, 0] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 3)
    }

    // Goal: whatever is copied and restored when, all end equal and every tag is there.
    // Method: copies are made of a device that has just exchanged, and go on as devices of their
    // own; tags are only added.
    @Test(arguments: SeededGenerator.seeds(10))
    func randomCopiesConverge(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try await Self.begin(seed)
        var (tags, sum) = (0, 1)
        for step in 0..<100 {
            fleet.time.advance(by: UInt64(generator.below(3)))
            let index = generator.below(fleet.devices.count)
            switch generator.below(9) {
            case 0 where fleet.devices.count < 6:
                fleet.server.lose(oneIn: nil)
                try await fleet.sync(index)
                try fleet.addDevice(copying: index)
            case 1, 2, 3:
                fleet.server.lose(oneIn: 4)
                _ = try await fleet.mayBreakOff(index)
            case 4, 5:
                tags += 1
                try fleet[index].run("INSERT INTO tags(tag) VALUES('tag \(step)')")
            case 6: try fleet[index].run("UPDATE items SET title = 'title \(step)'")
            default:
                sum += step
                try fleet[index].run("UPDATE items SET plays = plays + \(step)")
            }
        }
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == tags, "seed \(seed)")
        let plays: Int? = try fleet[0].value("SELECT plays FROM items")
        #expect(plays == sum, "seed \(seed)")
    }
}
