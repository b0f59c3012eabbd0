import GRDB
import SyncKit
import TestSupport
import Testing

/// What was sealed and could not be sent before a pull harms nobody when the account may write
/// again.
@Suite struct OvertakenTests {
    // Goal: a row that was deleted elsewhere does not rise from a segment that was sealed before.
    // Method: an edit of it is sealed and its push lost; the account is suspended; the deletion is
    // pulled and its tombstone cleared away everywhere; the account is reinstated.
    @Test(arguments: [false, true])
    func aDeletedRowDoesNotRise(knowsItsStanding: Bool) async throws {
        let fleet = try Fleet(seed: 171, devices: 2)
        try fleet[0].run("INSERT INTO tags(id, tag) VALUES(x'\(Self.key)', 'old')")
        try await fleet.settle()
        // A row as a whole, so that nothing has to be there for it.
        try fleet[0].run(
            "INSERT OR REPLACE INTO tags(id, tag) VALUES(x'\(Self.key)', 'new')")
        let keys = try #require(Gallery.keys())
        try fleet[0].sealPending(with: SegmentSealer(keys: keys, account: Gallery.account))
        try fleet[1].run(
            """
            DELETE FROM tags; INSERT INTO tags(id, tag) VALUES(x'\(Self.key)', 'again');
            DELETE FROM tags
            """)
        try await fleet.sync(1)
        fleet.server.setSuspended(true)
        var replicaIDRotations = 0
        for _ in 0..<3 {
            for index in [0, 1] {
                let report = try await fleet.sync(index, mayWrite: !knowsItsStanding)
                #expect(report.segmentsSent == 0)
                #expect(!report.rotatedReplicaID || !knowsItsStanding)
                replicaIDRotations += report.rotatedReplicaID ? 1 : 0
            }
        }
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 0)
        fleet.server.setSuspended(false)
        replicaIDRotations += try await fleet.sync(0).rotatedReplicaID ? 1 : 0
        #expect(replicaIDRotations > 0)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 0)
    }

    // Goal: a device that does not know of its account's suspension, and is told by the pull, seals
    // nothing while it lasts, and sends everything once afterwards.
    @Test func nothingIsSealedInVain() async throws {
        let fleet = try Fleet(seed: 174, devices: 2)
        try fleet[0].run("INSERT INTO tags(id, tag) VALUES(x'\(Self.key)', 'here')")
        fleet.server.setSuspended(true, telling: true)
        for _ in 0..<4 {
            let report = try await fleet.sync(0)
            #expect(report.isWritingRefused && !report.rotatedReplicaID)
            #expect(try fleet[0].value("SELECT count(*) FROM sync_segments") == 0)
        }
        fleet.server.setSuspended(false)
        let report = try await fleet.sync(0)
        #expect(report.segmentsSent == 1 && !report.isWritingRefused)
        try await fleet.settle()
        #expect(try fleet[1].value("SELECT tag FROM tags") == "here")
    }

    // Goal: what the server has all the same, its answer lost, is not sent anew under a new name.
    @Test func whatTheServerHasNeedsNoNewName() async throws {
        let fleet = try Fleet(seed: 172, devices: 2)
        try fleet[0].run("INSERT INTO tags(id, tag) VALUES(x'\(Self.key)', 'here')")
        let keys = try #require(Gallery.keys())
        try fleet[0].sealPending(with: SegmentSealer(keys: keys, account: Gallery.account))
        let segment = try #require(try fleet[0].nextUnsent())
        _ = try await fleet.transport(0).push(segment)
        fleet.server.setSuspended(true)
        #expect(try await fleet.sync(0).isWritingRefused)
        fleet.server.setSuspended(false)
        #expect(try await !fleet.sync(0).rotatedReplicaID)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT tag FROM tags") == "here")
    }

    // Goal: what the app writes because of what it received goes with the same run, and not while
    // the account may not write.
    @Test func whatFollowsFromAPullGoesWithIt() async throws {
        let fleet = try Fleet(seed: 173, devices: 2)
        try fleet[0].run("INSERT INTO tags(id, tag) VALUES(x'\(Self.key)', 'question')")
        try await fleet.sync(0)
        func answer() throws {
            try fleet[1].run(
                "UPDATE tags SET tag = 'answer' WHERE tag = 'question'")
        }
        let waiting = try await fleet.sync(1, mayWrite: false, didPull: answer)
        #expect(waiting.segmentsSent == 0 && waiting.segmentsReceived == 1)
        #expect(try fleet[1].pendingChangeCount() == 1)
        #expect(try await fleet.sync(1, didPull: answer).segmentsSent == 1)
        try await fleet.settle()
        #expect(try fleet[0].value("SELECT tag FROM tags") == "answer")
    }

    private static let key = "000102030405060708090a0b0c0d0e0f"
}
