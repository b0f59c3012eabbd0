import GRDB
import SyncKit
import TestSupport
import Testing

/// A transaction that takes several segments is seen whole or not at all.
@Suite struct GroupTests {
    /// One transaction of 8 items that take five segments or more, and a tag.
    private static let large = """
        WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 8)
        INSERT INTO items(id, title, plays) SELECT randomblob(16), randomblob(300000), n FROM many;
        INSERT INTO tags(tag) VALUES('last')
        """

    private static func rows(_ fleet: Fleet, _ index: Int) throws -> Int {
        try fleet[index].value("SELECT (SELECT count(*) FROM items) + count(*) FROM tags") ?? -1
    }

    // Goal: whichever segment is lost, and wherever either side crashes, the receiver sees nothing
    // before the last segment and everything after it.
    @Test func aGroupIsSeenWhole() async throws {
        let fleet = try Fleet(seed: 151, devices: 2)
        try await fleet.settle()
        try fleet[0].run(Self.large)
        var steps = 0
        while try fleet[0].pendingChangeCount() > 0 {
            #expect(try Self.rows(fleet, 1) == 0, "after \(steps) segments")
            let cut = ExhaustedTransport(fleet.transport(0), pushes: 1)
            do { try await fleet.sync(0, over: cut) } catch is SimulatedLoss {}
            try fleet.devices[0].reopen()
            try await fleet.sync(1)
            try fleet.devices[1].reopen()
            steps += 1
        }
        #expect(steps >= 3)
        #expect(try Self.rows(fleet, 1) == 9)
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: writes made while a group is on its way wait for their own group, and the receiver's
    // writes in between are kept.
    @Test func writesInTheMiddleAreKept() async throws {
        let fleet = try Fleet(seed: 152, devices: 2)
        try await fleet.settle()
        try fleet[0].run(Self.large)
        let cut = ExhaustedTransport(fleet.transport(0), pushes: 2)
        do { try await fleet.sync(0, over: cut) } catch is SimulatedLoss {}
        try fleet[0].run(
            "UPDATE items SET plays = plays + 100; DELETE FROM items WHERE plays = 101")
        try fleet[1].run("INSERT INTO tags(tag) VALUES('between')")
        try await fleet.sync(1)
        #expect(try Self.rows(fleet, 1) == 1)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try Self.rows(fleet, 1) == 9)
        #expect(try fleet[1].value("SELECT sum(plays) FROM items") == 735)
    }

    // Goal: a copy of the database that is in the middle of sending the same group finishes it, or
    // begins anew; all is there once, and nobody sees half.
    @Test(arguments: [1, 3])
    func aForkInTheMiddle(pushes: Int) async throws {
        let fleet = try Fleet(seed: 153, devices: 2)
        try await fleet.settle()
        try fleet[0].run(Self.large)
        let cut = ExhaustedTransport(fleet.transport(0), pushes: pushes)
        do { try await fleet.sync(0, over: cut) } catch is SimulatedLoss {}
        let copy = try fleet.addDevice(copying: 0)
        try copy.store.run("INSERT INTO tags(tag) VALUES('copy')")
        try fleet[0].run("INSERT INTO tags(tag) VALUES('original')")
        let copyCut = ExhaustedTransport(fleet.transport(2), pushes: 1)
        do { try await fleet.sync(2, over: copyCut) } catch is SimulatedLoss {}
        try await fleet.sync(1)
        #expect(try [0, 9, 10, 11].contains(Self.rows(fleet, 1)))
        for index in [0, 1, 2, 0, 1, 2] { try await fleet.sync(index) }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try Self.rows(fleet, 1) == 11)
        #expect(try fleet[1].value("SELECT sum(plays) FROM items") == 36)
    }

    // Goal: a sender that begins anew in the middle sends the whole again; the half that was there
    // is never seen.
    @Test func aReplicaIDRotationInTheMiddle() async throws {
        let fleet = try Fleet(seed: 154, devices: 2)
        try await fleet.settle()
        try fleet[0].run(Self.large)
        let cut = ExhaustedTransport(fleet.transport(0), pushes: 2)
        do { try await fleet.sync(0, over: cut) } catch is SimulatedLoss {}
        try await fleet.sync(1)
        try fleet[0].rotateReplicaID()
        let again = ExhaustedTransport(fleet.transport(0), pushes: 2)
        do { try await fleet.sync(0, over: again) } catch is SimulatedLoss {}
        try await fleet.sync(1)
        #expect(try Self.rows(fleet, 1) == 0)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try Self.rows(fleet, 1) == 9)
        #expect(try fleet[1].value("SELECT sum(plays) FROM items") == 36)
    }
}
