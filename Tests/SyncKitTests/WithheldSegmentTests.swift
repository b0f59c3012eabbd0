import GRDB
import SyncKit
import TestSupport
import Testing

/// What a server leaves out is noticed and named.
@Suite struct WithheldSegmentTests {
    // Goal: a single segment that is left out, here a withdrawal, is found by the next one of the
    // same device: reported by device and number, for as long as it is missing.
    // Method: the server withholds it in two exchanges, and is honest in the third, where all is
    // pulled again.
    @Test func aWithheldSegmentIsNamedUntilItComes() async throws {
        let fleet = try Fleet(seed: 151, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(zeroblob(16), 'a work')")
        try await fleet.settle()
        try fleet[0].run("DELETE FROM items")
        try await fleet.sync(0)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('later')")
        try await fleet.sync(0)
        var hostile = HostileServer(base: fleet.transport(1))
        hostile.withholds = { $0.header.number == 2 }
        let missing = MissingSegments(replica: try fleet[0].replica, numbers: 2...2)
        let first = try await fleet.sync(1, over: hostile)
        #expect(first.faults.missingSegments == [missing])
        #expect(first.repaired)
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == 1)
        try fleet.devices[1].reopen()
        #expect(try fleet[1].faults().missingSegments == [missing])
        let second = try await fleet.sync(1, over: hostile)
        #expect(second.faults.missingSegments == [missing])
        #expect(!second.repaired, "not every exchange pulls everything again")
        fleet.time.advance(by: 24 * 3600 * 1000 + 1)
        let third = try await fleet.sync(1)
        #expect(third.faults.isEmpty && third.repaired)
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 0)
    }

    // Goal: chains go on after a snapshot: what is left out behind it is found too, and a snapshot
    // makes good what was missing before it.
    @Test func chainsGoOnAfterASnapshot() async throws {
        let fleet = try Fleet(seed: 152, devices: 1)
        for count in 1...3 {
            try fleet[0].run("INSERT INTO tags(tag) VALUES('\(count)')")
            try await fleet.sync(0)
        }
        try await fleet.makeSnapshot(by: 0)
        fleet.server.compact(keepingGrace: 0)
        try fleet.addDevice()
        #expect(try await fleet.sync(1).faults.isEmpty)
        for count in 4...5 {
            try fleet[0].run("INSERT INTO tags(tag) VALUES('\(count)')")
            try await fleet.sync(0)
        }
        var hostile = HostileServer(base: fleet.transport(1))
        hostile.withholds = { $0.header.number == 4 }
        let report = try await fleet.sync(1, over: hostile)
        let missing = MissingSegments(replica: try fleet[0].replica, numbers: 4...4)
        #expect(report.faults.missingSegments == [missing])
        try await fleet.makeSnapshot(by: 0)
        fleet.server.compact(keepingGrace: 0)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('6')")
        try await fleet.sync(0)
        fleet.time.advance(by: 24 * 3600 * 1000 + 1)
        #expect(try await fleet.sync(1).faults.isEmpty)
        try fleet.expectAgreement()
    }

    // Goal: what waits for its key is not missing, before and after the key has come.
    @Test func whatIsSetAsideIsNotMissing() async throws {
        let fleet = try Fleet(seed: 153, devices: 2)
        let newer = [UInt8](repeating: 8, count: 32)
        try await fleet.settle()
        fleet.devices[0].keys[2] = newer
        for count in 1...3 {
            try fleet[0].run("INSERT INTO tags(tag) VALUES('\(count)')")
            try await fleet.sync(0)
        }
        fleet.devices[0].keys[2] = nil
        try fleet[0].run("INSERT INTO tags(tag) VALUES('old key')")
        try await fleet.sync(0)
        let report = try await fleet.sync(1)
        #expect(report.segmentsSetAside == 3 && report.faults.isEmpty && !report.repaired)
        for index in 0...1 { fleet.devices[index].keys[2] = newer }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].faults().isEmpty)
    }

    // Goal: a difference of states that a repair does not mend is named, and no longer when the
    // states are the same again.
    @Test func aLastingDifferenceIsNamed() async throws {
        let fleet = try Fleet(seed: 154, devices: 2)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('common')")
        try await fleet.settle()
        let path = fleet.devices[1].path
        try Shell.sqlite(path, "UPDATE sync_state SET value = value + 1 WHERE name = 'digest'")
        var faults: [SyncFaults] = []
        for count in 1...3 {
            try fleet[1].run("INSERT INTO tags(tag) VALUES('\(count)')")
            try await fleet.sync(1)
            let report = try await fleet.sync(0)
            #expect(report.repaired == (count < 3))
            faults.append(report.faults)
            try await fleet.settle()
        }
        let replica = try fleet[1].replica
        #expect(faults.map(\.divergentReplicas) == [[], [replica], [replica]])
        #expect(try fleet[0].faults().divergentReplicas == [replica])
        #expect(try fleet[1].repair().isHealthy)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('mended')")
        try await fleet.sync(1)
        #expect(try await fleet.sync(0).faults.isEmpty)
    }
}
