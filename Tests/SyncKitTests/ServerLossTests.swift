import GRDB
import SyncKit
import TestSupport
import Testing

/// A server that was wiped or restored gets back all that any device holds.
@Suite struct ServerLossTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    // Goal: whatever the server lost, nothing is lost and all agree; a wiped server is noticed
    // without a new epoch too.
    @Test(arguments: [(true, true), (true, false), (false, true)])
    func nothingIsLost(isWiped: Bool, raisingEpoch: Bool) async throws {
        let fleet = try Fleet(seed: 101, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'base', 1)")
        try await fleet.settle()
        let backup = fleet.server.backup()
        try fleet[0].run("UPDATE items SET title = 'sent', plays = plays + 10")
        try fleet[1].run("INSERT INTO tags(tag) VALUES('sent')")
        try await fleet.settle()
        try fleet[1].run("DELETE FROM items; INSERT INTO tags(tag) VALUES('with a death')")
        try await fleet.sync(1)
        try fleet[2].run("UPDATE items SET plays = plays + 100; INSERT INTO tags(tag) VALUES('c')")
        if isWiped {
            fleet.server.wipe(raisingEpoch: raisingEpoch)
        } else {
            fleet.server.restore(to: backup, raisingEpoch: raisingEpoch)
        }
        #expect(try await fleet.sync(0).serverRestored)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 3)
        #expect(try fleet[2].value("SELECT count(*) FROM items") == 0)
        for index in 0..<3 { #expect(try await !fleet.sync(index).serverRestored) }
    }

    // Goal: what was deleted, and forgotten by all, stays deleted where the server goes back to a
    // time before the deletion; for a new device too.
    @Test(arguments: [false, true])
    func theForgottenDoNotRise(raisingEpoch: Bool) async throws {
        let fleet = try Fleet(seed: 104, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try fleet[0].run("INSERT INTO tags(tag) VALUES('stays')")
        try await fleet.settle()
        let backup = fleet.server.backup()
        try fleet[1].run("DELETE FROM items")
        for _ in 0..<3 { try await fleet.settle() }
        for index in 0..<2 {
            #expect(try fleet[index].value("SELECT count(*) FROM sync_tombstones_1") == 0)
        }
        fleet.server.restore(to: backup, raisingEpoch: raisingEpoch)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('later')")
        try await fleet.settle()
        try fleet.addDevice()
        try await fleet.settle()
        try fleet.expectAgreement()
        for index in 0..<3 {
            #expect(try fleet[index].value("SELECT count(*) FROM items") == 0)
            #expect(try fleet[index].value("SELECT count(*) FROM tags") == 2)
        }
    }

    // Goal: who tells a deletion anew after the server was wiped notes from where on all know it: a
    // row that a writer inserts, who has seen that and cleared the tombstone away, lives on both.
    @Test func theReinsertedLiveAfterALoss() async throws {
        let fleet = try Fleet(seed: 106, devices: 2)
        let insert = "INSERT INTO items(id, title) VALUES(\(Self.key), 'again')"
        try fleet[1].run(insert)
        try await fleet.sync(1)
        try fleet[1].run("DELETE FROM items")
        try await fleet.sync(1)
        fleet.server.wipe()
        for index in [1, 1, 0, 0] { try await fleet.sync(index) }
        #expect(try fleet[0].value("SELECT count(*) FROM sync_tombstones_1") == 0)
        try fleet[0].run(insert)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM items") == 1)
    }

    // Goal: a row that was inserted again after all had seen its deletion stays when the server is
    // wiped, although a device that had not cleared the tombstone away tells the deletion anew:
    // with its values and additions, on those who know nothing of the order of the two, and on a
    // new device too.
    @Test(arguments: [false, true], [false, true])
    func theReturnedStay(isSent: Bool, isTellingFirst: Bool) async throws {
        let fleet = try Fleet(seed: 105, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.settle()
        try fleet[0].run("DELETE FROM items")
        // Device 1 learns of the deletion, and not that all have seen it.
        for index in [0, 2, 1, 0, 0] { try await fleet.sync(index) }
        #expect(try fleet[0].value("SELECT count(*) FROM sync_tombstones_1") == 0)
        #expect(try fleet[1].value("SELECT count(*) FROM sync_tombstones_1") == 1)
        try fleet[0].run(
            "INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'returned', 1)")
        if isSent {
            for index in [0, 2] { try await fleet.sync(index) }
            try fleet[2].run("UPDATE items SET plays = plays + 10")
        }
        fleet.server.wipe()
        for index in isTellingFirst ? [1, 0] : [0, 1] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.addDevice()
        try await fleet.settle()
        try fleet.expectAgreement()
        for index in 0..<4 {
            #expect(try fleet[index].value("SELECT title = 'returned' FROM items") == 1)
            #expect(try fleet[index].value("SELECT plays FROM items") == (isSent ? 11 : 1))
        }
    }

    // Goal: a server that was set back without a word is noticed also where others have filled the
    // places that it lost: the same numbers then mean something else.
    @Test(arguments: [0, 1, 2])
    func filledPlacesAreNoticed(first: Int) async throws {
        let fleet = try Fleet(seed: 102, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'base', 1)")
        try await fleet.settle()
        let backup = fleet.server.backup()
        try fleet[0].run("INSERT INTO tags(tag) VALUES('lost'); UPDATE items SET title = 'new'")
        try await fleet.sync(0)
        try await fleet.sync(1)
        fleet.server.restore(to: backup, raisingEpoch: false)
        for tag in ["in the gap", "after it", "and after that"] {
            try fleet[2].run("INSERT INTO tags(tag) VALUES('\(tag)')")
            try await fleet.sync(2)
        }
        try fleet[0].run("INSERT INTO tags(tag) VALUES('unsent')")
        try await fleet.sync(first)
        try await fleet.settle()
        try fleet.expectAgreement()
        for index in 0..<3 {
            #expect(try fleet[index].value("SELECT count(*) FROM tags") == 5)
            #expect(try fleet[index].value("SELECT title = 'new' FROM items") == 1)
        }
        for index in 0..<3 { #expect(try await !fleet.sync(index).serverRestored) }
    }

    // Goal: what only one device holds survives although telling it to the new server breaks off,
    // and a snapshot without it comes first; also where the device begins anew in between.
    @Test(arguments: [false, true])
    func aBrokenOffOfferIsMadeAgain(isForked: Bool) async throws {
        let fleet = try Fleet(seed: 103, devices: 2)
        try await fleet.settle()
        try fleet[0].run("INSERT INTO tags(tag) VALUES('only here')")
        try await fleet.sync(0)
        fleet.server.wipe()
        try fleet[1].run("INSERT INTO tags(tag) VALUES('there')")
        try await fleet.sync(1)
        let cut = ExhaustedTransport(fleet.transport(0), pushes: 0)
        await #expect(throws: SimulatedLoss.self) { try await fleet.sync(0, over: cut) }
        if isForked { try fleet[0].rotateReplicaID() }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('there again')")
        try await fleet.sync(1)
        try await fleet.makeSnapshot(by: 1)
        fleet.server.compact(keepingGrace: 0)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 3)
    }

    // Goal: an answer that came before the order was known counts only once a pull brings the
    // segment back: the server may be set back again before the device learns of it.
    // Method: what was sealed goes to a wiped server, the exchange breaks off before the pull, and
    // the server becomes again what it was.
    @Test(arguments: [false, true])
    func anAnswerBeforeThePullIsNoPromise(isTold: Bool) async throws {
        let fleet = try Fleet(seed: 104, devices: 2)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('known')")
        try await fleet.settle()
        let backup = fleet.server.backup()
        try fleet[0].run("INSERT INTO tags(tag) VALUES('late')")
        let cut = ExhaustedTransport(fleet.transport(0), pushes: 0)
        await #expect(throws: SimulatedLoss.self) { try await fleet.sync(0, over: cut) }
        fleet.server.wipe(raisingEpoch: isTold)
        let deaf = ExhaustedTransport(fleet.transport(0), pushes: 1, losesPulls: true)
        await #expect(throws: SimulatedLoss.self) { try await fleet.sync(0, over: deaf) }
        #expect(fleet.server.serverState.head == 1)
        fleet.server.restore(to: backup, raisingEpoch: false)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 2)
    }

    // Goal: no history of losses, restores, snapshots and broken exchanges loses a tag, raises the
    // dead or counts an addition twice.
    // Method: tags are only added; the counter of one item that is never deleted gets additions.
    @Test(arguments: SeededGenerator.seeds(10))
    func randomLossesConverge(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        try await fleet.settle()
        var backup = fleet.server.backup()
        var (tags, sum) = (0, 0)
        for step in 0..<100 {
            fleet.time.advance(by: UInt64(generator.below(5000)))
            let index = generator.below(3)
            switch generator.below(14) {
            case 0...5:
                fleet.server.lose(oneIn: 5)
                _ = try await fleet.mayBreakOff(index)
            case 6 where generator.oneIn(2): backup = fleet.server.backup()
            case 7 where generator.oneIn(4): fleet.server.restore(to: backup)
            case 8 where generator.oneIn(6): fleet.server.wipe()
            case 9 where generator.oneIn(2):
                fleet.server.lose(oneIn: nil)
                try await fleet.sync(index)
                try await fleet.makeSnapshot(by: index)
                fleet.server.compact(keepingGrace: 0, atMost: 1 + generator.below(20))
            case 10, 11:
                tags += 1
                try fleet[index].run("INSERT INTO tags(tag) VALUES('tag \(step)')")
            default:
                sum += step
                try fleet[index].run("UPDATE items SET plays = plays + \(step)")
            }
        }
        try await fleet.settle()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == tags, "seed \(seed)")
        #expect(try fleet[0].value("SELECT plays FROM items") == sum, "seed \(seed)")
    }
}
