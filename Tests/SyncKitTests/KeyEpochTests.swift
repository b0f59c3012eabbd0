import GRDB
import SyncKit
import TestSupport
import Testing

/// Segments of a key that is not here yet wait, and nothing is lost or rises meanwhile.
@Suite struct KeyEpochTests {
    private static let newer = [UInt8](repeating: 8, count: 32)

    // Goal: after a change of keys a device without the new one sets segments aside, goes on with
    // the others, and applies them once the key has come.
    @Test func segmentsWaitForTheirKey() async throws {
        let fleet = try Fleet(seed: 111, devices: 3)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'old key')")
        try await fleet.settle()
        fleet.devices[0].keys[2] = Self.newer
        try fleet[0].run("UPDATE items SET title = 'new key', plays = plays + 1")
        try fleet[0].run("INSERT INTO tags(tag) VALUES('new key')")
        try await fleet.sync(0)
        try fleet[1].run("UPDATE items SET best = 3, plays = plays + 10")
        #expect(try await fleet.sync(1).segmentsSetAside == 1)
        #expect(try await fleet.sync(2).segmentsSetAside == 1)
        #expect(try fleet[2].value("SELECT title || plays || best FROM items") == "old key103")
        for index in 1...2 { fleet.devices[index].keys[2] = Self.newer }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[2].value("SELECT title || plays || best FROM items") == "new key113")
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 1)
    }

    // Goal: while a device waits for the key of a deletion the others keep its tombstone, so that a
    // row which that device inserts meanwhile lives on all of them or on none; then it may go.
    @Test func tombstonesOutlastADeviceThatWaitsForAKey() async throws {
        let fleet = try Fleet(seed: 114, devices: 3)
        let insert = "INSERT INTO items(id, title) VALUES(zeroblob(16), 'again')"
        try fleet[2].run("INSERT INTO tags(tag) VALUES('old key')")
        try await fleet.settle()
        for index in 0...1 { fleet.devices[index].keys[2] = Self.newer }
        try fleet[0].run(insert)
        try await fleet.sync(0)
        try fleet[0].run("DELETE FROM items")
        for _ in 0..<2 { try await fleet.settle() }
        let tombstones = "SELECT count(*) FROM sync_tombstones_1"
        for index in 0...1 { #expect(try fleet[index].value(tombstones) == 1) }
        try fleet[2].run(insert)
        try await fleet.settle()
        fleet.devices[2].keys[2] = Self.newer
        try await fleet.settle()
        try fleet.expectAgreement()
        for _ in 0..<2 { try await fleet.settle() }
        #expect(fleet.server.serverState.horizon == fleet.server.serverState.head)
    }

    // Goal: what waits for its key while the server loses its memory is applied when the key comes,
    // and nothing is found missing before it, in an order that it is not of.
    @Test func whatWaitsOutlivesTheServersMemory() async throws {
        let fleet = try Fleet(seed: 113, devices: 2)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('old key')")
        try await fleet.settle()
        fleet.devices[1].keys[2] = Self.newer
        try fleet[1].run("INSERT INTO tags(tag) VALUES('new key')")
        try await fleet.sync(1)
        #expect(try await fleet.sync(0).segmentsSetAside == 1)
        fleet.server.wipe()
        try await fleet.sync(0)
        fleet.devices[0].keys[2] = Self.newer
        let report = try await fleet.sync(0)
        #expect(report.segmentsSetAside == 0 && report.faults.isEmpty && !report.repaired)
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 2)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].faults().isEmpty)
    }

    // Goal: a row whose segment waits for its key, and that is deleted and cleared away meanwhile,
    // does not rise when the key comes.
    @Test func aRowThatWaitedDoesNotRise() async throws {
        let fleet = try Fleet(seed: 112, devices: 3)
        try await fleet.settle()
        fleet.devices[0].keys[2] = Self.newer
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'doomed')")
        try await fleet.sync(0)
        // This deletion travels under the old key, as from a device that got the row otherwise.
        fleet.devices[1].keys[2] = Self.newer
        try await fleet.sync(1)
        fleet.devices[1].keys[2] = nil
        try fleet[1].run("DELETE FROM items")
        try await fleet.sync(1)
        for _ in 0..<3 { for index in [0, 2, 1] { try await fleet.sync(index) } }
        #expect(try fleet[2].quarantinedSegmentCount() == 1)
        for index in 1...2 { fleet.devices[index].keys[2] = Self.newer }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[2].value("SELECT count(*) FROM items") == 0)
    }
}
