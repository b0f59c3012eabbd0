import GRDB
import SyncKit
import TestSupport
import Testing

/// A wrong clock poisons nobody, refuses nothing and loses nothing.
@Suite struct WrongClockTests {
    private static let year: Int64 = 365 * 24 * 3600 * 1000

    // Goal: changes written a year ahead are dated anew before they are sent, so that a later
    // edit elsewhere still wins.
    @Test func changesFromTheFutureAreDatedAnew() async throws {
        let pair = try Pair(firstSkew: Self.year)
        try pair.first.write {
            try $0.execute(sql: "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'early')")
        }
        try pair.first.write { try $0.execute(sql: "UPDATE pictures SET title = 'still early'") }
        try await pair.exchange()
        let limit = pair.time.now + 5000
        for segment in pair.server.segments {
            #expect(segment.header.highestStamp.milliseconds <= limit)
        }
        pair.time.advance(by: 1000)
        try pair.second.write { try $0.execute(sql: "UPDATE pictures SET title = 'later'") }
        try await pair.exchange()
        for store in [pair.first, pair.second] {
            #expect(
                try store.read { try String.fetchOne($0, sql: "SELECT title FROM pictures") }
                    == "later")
        }
    }

    // Goal: what is dated anew still wins over what it has won over here, so that all agree.
    @Test func whatIsDatedAnewStaysTheLater() async throws {
        let fleet = try Fleet(seed: 106, devices: 2)
        fleet.devices[0].clock.set(Self.year)
        fleet.devices[1].clock.set(2000)
        for index in 0..<2 {
            try fleet[index].run("INSERT INTO tags(tag, id) VALUES('same', zeroblob(16))")
        }
        try await fleet.sync(1)
        for index in [0, 1, 0, 1] {
            #expect(try await !fleet.sync(index).repaired)
        }
        try fleet.expectAgreement()
    }

    // Goal: after one contact a device with a wrong clock dates new changes rightly, the ones of
    // other programs included.
    @Test(arguments: [-1, 1])
    func theOffsetCorrectsLaterChanges(sign: Int64) async throws {
        let pair = try Pair(firstSkew: sign * Self.year)
        try await pair.exchange()
        try pair.first.write {
            try $0.execute(sql: "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'now')")
        }
        try await pair.exchange()
        let stamp = try #require(pair.server.segments.last?.header.highestStamp)
        #expect(stamp.milliseconds <= pair.time.now + 1)
        #expect(stamp.milliseconds >= pair.time.now - 1)
    }

    // Goal: a segment dated past the tolerance is set aside, the cursor goes on, and it is applied
    // once its time has come.
    @Test func aSegmentFromTheFutureWaitsForItsTime() async throws {
        let pair = try Pair()
        let keys = try #require(Gallery.keys())
        let sealer = SegmentSealer(keys: keys, account: Gallery.account)
        let ahead = HybridTimestamp(milliseconds: pair.time.now + 300_001, counter: 0)
        let replica = try #require(ReplicaID([UInt8](repeating: 3, count: 16)))
        let stamp = Stamp(time: ahead, replica: replica)
        let key = try #require(RowKey([UInt8](repeating: 0, count: 16)))
        let batch = ChangeBatch.row(key, stamp, [(1, .text("future"))])
        pair.server.inject(
            try sealer.seal(
                batch.encoded(), replica: replica, number: 1,
                previous: [UInt8](repeating: 0, count: 32), highestStamp: ahead))
        let report = try await pair.sync(pair.second)
        #expect(report.segmentsSetAside == 1)
        #expect(try Gallery.contents(of: pair.second).isEmpty)
        pair.time.advance(by: 1)
        #expect(try await pair.sync(pair.second).segmentsSetAside == 0)
        #expect(try Gallery.contents(of: pair.second).count == 1)
    }
}
