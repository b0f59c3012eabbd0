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

    // Goal: what both copies hold unsent, and what each adds before it seals, counts once.
    // Method: the second copy is made between two additions, while the first goes on; both add
    // more; then each order of exchanges, and a server that loses what it has.
    @Test(arguments: [[1, 2, 3], [2, 1, 3], [1, 3, 2], [2, 3, 1]], [false, true])
    func whatEachCopyAddsCountsOnce(order: [Int], isWiped: Bool) async throws {
        let fleet = try await Self.begin(134)
        try fleet.addDevice(copying: 1)
        try fleet[1].run("UPDATE items SET plays = plays + 10")
        try fleet.addDevice(copying: 1)
        try fleet[1].run("UPDATE items SET plays = plays + 100")
        try fleet[3].run("UPDATE items SET plays = plays + 1000")
        try fleet[2].run("UPDATE items SET plays = plays + 10000")
        for (number, index) in order.enumerated() {
            try await fleet.sync(index)
            if isWiped, number == 1 { fleet.server.wipe() }
        }
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT plays FROM items") == 11111)
    }

    // Goal: what was sent, its answer lost, counts once, though the server is wiped and others
    // still have it.
    @Test func anAdditionThatWasHeardCountsOnceAfterAWipe() async throws {
        let fleet = try await Self.begin(135)
        try fleet.addDevice(copying: 0)
        try fleet[0].run("UPDATE items SET plays = plays + 10")
        try Self.sealAll(fleet[0])
        let segment = try #require(try fleet[0].nextUnsent())
        _ = try await fleet.transport(0).push(segment)
        try await fleet.sync(1)
        try fleet[0].run("UPDATE items SET plays = plays + 100")
        fleet.server.wipe()
        for index in [1, 0, 2] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 111)
    }

    // Goal: what another program added before the copying, and no engine has seen, counts once.
    @Test func whatAnotherProgramAddedCountsOnce() async throws {
        let fleet = try await Self.begin(136)
        func more(_ index: Int, _ count: Int) throws {
            try Shell.sqlite(
                fleet.devices[index].path, "UPDATE items SET plays = plays + \(count)")
        }
        try more(0, 10)
        try more(0, 100)
        try fleet.addDevice(copying: 0)
        try more(0, 1000)
        try more(2, 10000)
        for index in [2, 0, 1] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 11111)
    }

    // Goal: an older copy that is put in the place of the file under a running program makes it
    // count as another: what it had added since is not taken for what it adds now.
    @Test func anOlderCopyUnderARunningProgramCountsAnew() async throws {
        let fleet = try await Self.begin(137)
        try fleet[0].run("UPDATE items SET plays = plays + 10")
        let backup = fleet.folder.path("backup.sqlite")
        try Shell.sqlite(fleet.devices[0].path, "VACUUM INTO '\(backup)'")
        try fleet[0].run("UPDATE items SET plays = plays + 100")
        try await fleet.sync(0)
        try Shell.run(["sqlite3", fleet.devices[0].path, ".restore '\(backup)'"])
        try fleet[0].run("UPDATE items SET plays = plays + 1000")
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 1111)
    }

    // Goal: a copy made row by row, whose rows lie elsewhere, counts nothing twice.
    @Test func aCopyMadeRowByRowCountsOnce() async throws {
        let fleet = try await Self.begin(138)
        try fleet[0].run("UPDATE items SET plays = plays + 10")
        let copy = fleet.folder.path("2.sqlite")
        try Shell.run(
            ["sh", "-c", "sqlite3 '\(fleet.devices[0].path)' .dump | sqlite3 '\(copy)'"])
        try fleet.addDevice()
        try fleet[0].run("UPDATE items SET plays = plays + 100")
        try fleet[2].run("UPDATE items SET plays = plays + 1000")
        for index in [2, 0, 1] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 1111)
    }

    // Goal: a counter that was written with the triggers off is found, and mended as an addition.
    @Test func aHiddenAdditionIsFound() async throws {
        let fleet = try await Self.begin(139)
        let triggers = try #require(
            try fleet[0].value(
                "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master "
                    + "WHERE type = 'trigger' AND tbl_name = 'items'") as String?)
        try Shell.sqlite(fleet.devices[0].path, triggers + "; UPDATE items SET plays = 31")
        #expect(try fleet[0].diagnose().miscounted == ["items": 1])
        #expect(try fleet[0].repair().isHealthy)
        try fleet[1].run("UPDATE items SET plays = plays + 100")
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT plays FROM items") == 131)
    }

    // Goal: whatever is copied when, all end equal, every tag is there and every addition once.
    // Method: copies are made at any moment, of devices with additions that are sealed, sent
    // without an answer, or neither, and go on as devices of their own; the server loses its memory
    // now and then; tags are only added.
    @Test(arguments: SeededGenerator.seeds(20))
    func randomCopiesConverge(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try await Self.begin(seed)
        var (tags, sum) = (0, 1)
        for step in 0..<100 {
            fleet.time.advance(by: UInt64(generator.below(3)))
            let index = generator.below(fleet.devices.count)
            switch generator.below(10) {
            case 0 where fleet.devices.count < 6: try fleet.addDevice(copying: index)
            case 1, 2, 3:
                fleet.server.lose(oneIn: 4)
                _ = try await fleet.mayBreakOff(index)
            case 4: try Self.sealAll(fleet[index])
            case 5:
                if generator.oneIn(6) { fleet.server.wipe() }
                if generator.oneIn(2) { try fleet.devices[index].reopen() }
            case 6:
                tags += 1
                try fleet[index].run("INSERT INTO tags(tag) VALUES('tag \(step)')")
            case 7: try fleet[index].run("UPDATE items SET title = 'title \(step)'")
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

    private static func sealAll(_ store: SyncStore) throws {
        let keys = try #require(Gallery.keys())
        try store.sealPending(with: SegmentSealer(keys: keys, account: Gallery.account))
    }
}
