import GRDB
import SyncKit
import TestSupport
import Testing

/// What cannot be applied is bounded, and what nobody of the account sealed is not kept at all.
@Suite struct QuarantineTests {
    // Goal: a flood of junk leaves nothing behind, and what digests find is still found.
    @Test func junkIsNotKept() async throws {
        let fleet = try Fleet(seed: 161, devices: 2)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('good')")
        try await fleet.settle()
        let good = try #require(fleet.server.segments.first)
        for count in 0..<500 {
            var junk = good.bytes
            junk[20 + count % 16] ^= UInt8(1 + count / 16)
            fleet.server.inject(try SealedSegment(bytes: junk))
        }
        let stranger = SegmentSealer(
            keys: try #require(Gallery.keys()), account: [UInt8](repeating: 9, count: 16))
        let bench = try MergeBench(seed: 162)
        let store = try bench.open()
        try store.run("INSERT INTO tags(tag) VALUES('of a stranger')")
        try store.sealPending(with: stranger)
        fleet.server.inject(try #require(try store.nextUnsent()))
        for index in 0...1 {
            let report = try await fleet.sync(index)
            #expect(report.segmentsDropped == 501 && report.segmentsSetAside == 0)
        }
        try fleet.expectAgreement()
        let path = fleet.devices[1].path
        try Shell.sqlite(path, "UPDATE sync_state SET value = value + 1 WHERE name = 'digest'")
        try fleet[1].run("INSERT INTO tags(tag) VALUES('digests are on')")
        try await fleet.sync(1)
        #expect(try await fleet.sync(0).repaired)
    }

    // Goal: digests stay on where a server sends all devices what looks like a key to come.
    @Test func digestsStayOnWhileTheSameIsSetAside() async throws {
        let fleet = try Fleet(seed: 165, devices: 2)
        try fleet[1].run("INSERT INTO tags(tag) VALUES('good')")
        try await fleet.settle()
        let bench = try MergeBench(seed: 166)
        let store = try bench.open()
        let keys = try #require(LibraryKeys([9: [UInt8](repeating: 9, count: 32)]))
        try store.run("INSERT INTO tags(tag) VALUES('of an unknown key')")
        try store.sealPending(with: SegmentSealer(keys: keys, account: Gallery.account))
        fleet.server.inject(try #require(try store.nextUnsent()))
        for index in 0...1 { #expect(try await fleet.sync(index).segmentsSetAside == 1) }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('the same')")
        try await fleet.sync(1)
        #expect(try await fleet.sync(0).repaired == false)
        let path = fleet.devices[1].path
        try Shell.sqlite(path, "UPDATE sync_state SET value = value + 1 WHERE name = 'digest'")
        try fleet[1].run("INSERT INTO tags(tag) VALUES('digests are on')")
        try await fleet.sync(1)
        #expect(try await fleet.sync(0).repaired)
    }

    // Goal: where more waits than is kept, pulling stops before what there is no room for: nothing
    // is lost, own changes are sent all the same, and all is applied once the key has come.
    @Test func pullingStopsWhereThereIsNoRoom() async throws {
        let fleet = try Fleet(seed: 163, devices: 2)
        try await fleet.settle()
        let newer = [UInt8](repeating: 8, count: 32)
        let count = Limits.quarantineSegments + 10
        for segment in try Self.chain(of: count, key: newer) { fleet.server.inject(segment) }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('own')")
        for _ in 0..<2 {
            let report = try await fleet.sync(1)
            #expect(report.segmentsSetAside == Limits.quarantineSegments)
            #expect(report.faults.isQuarantineFull && report.faults.missingSegments.isEmpty)
            #expect(try fleet[1].cursor().rawValue == Int64(Limits.quarantineSegments))
        }
        #expect(fleet.server.segments.count == count + 1)
        fleet.devices[1].keys[2] = newer
        for _ in 0...Limits.quarantineSegments / 256 { try await fleet.sync(1) }
        let report = try await fleet.sync(1)
        #expect(report.segmentsSetAside == 0 && report.faults.isEmpty)
        #expect(try fleet[1].value("SELECT count(*) FROM tags") == count + 1)
    }

    /// Segments of one replica, each with a row of its own, sealed with library key 2.
    private static func chain(of count: Int, key: [UInt8]) throws -> [SealedSegment] {
        let bench = try MergeBench(seed: 164)
        let sender = try bench.open()
        try sender.run("INSERT INTO tags(tag) VALUES('one of many')")
        let first = try bench.seal(sender)
        var batch = try ChangeBatch(decoding: try bench.sealer.open(first))
        batch.summary = nil
        let sealer = SegmentSealer(
            keys: try #require(LibraryKeys([2: key])), account: Gallery.account)
        var chain: [SealedSegment] = []
        for number in 1...count {
            var keys = KeyColumn()
            let key = [UInt8](repeating: 0, count: 14) + [UInt8(number >> 8), UInt8(number & 0xff)]
            keys.append(try #require(RowKey(key)))
            batch.tables[0].rows.keys = keys
            chain.append(
                try sealer.seal(
                    batch.encoded(), replica: first.header.replica, number: UInt64(number),
                    previous: chain.last?.hash ?? [UInt8](repeating: 0, count: 32),
                    highestStamp: first.header.highestStamp))
        }
        return chain
    }
}
