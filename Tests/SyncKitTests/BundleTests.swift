import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Replicas agree by files alone, and a file that is not whole and true is refused.
@Suite struct BundleTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    private static func keys() throws -> LibraryKeys { try #require(Gallery.keys()) }

    /// Carries everything that one device holds to another.
    private static func carry(_ fleet: Fleet, from: Int, to: Int) throws {
        let url = fleet.folder.url.appendingPathComponent("bundle")
        try fleet[from].exportBundle(to: url, keys: keys(), account: Gallery.account)
        try fleet[to].importBundle(from: url, keys: keys(), account: Gallery.account)
    }

    private static func expectEqual(_ fleet: Fleet, _ comment: Comment) throws {
        let expected = try fleet.devices[0].contents
        for device in fleet.devices { #expect(try device.contents == expected, comment) }
        let digest = try fleet[0].storedDigest()
        for device in fleet.devices {
            #expect(try device.store.storedDigest() == digest, comment)
        }
    }

    // Goal: two replicas agree after a file each way; importing one again changes nothing.
    @Test func twoReplicasAgree() throws {
        let fleet = try Fleet(seed: 141, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'a', 1)")
        try Self.carry(fleet, from: 0, to: 1)
        try fleet[0].run("UPDATE items SET plays = plays + 10; INSERT INTO tags(tag) VALUES('a')")
        try fleet[1].run("UPDATE items SET plays = plays + 100, best = 3")
        try Self.carry(fleet, from: 0, to: 1)
        try Self.carry(fleet, from: 1, to: 0)
        try Self.expectEqual(fleet, "two")
        #expect(try fleet[0].value("SELECT plays || best FROM items") == "1113")
        let url = fleet.folder.url.appendingPathComponent("bundle")
        let altered = try fleet[0].importBundle(
            from: url, keys: Self.keys(), account: Gallery.account)
        #expect(altered == 0)
    }

    // Goal: three replicas that only ever exchange files agree, deletions included, and no addition
    // counts twice; and with a server afterwards too.
    @Test(arguments: SeededGenerator.seeds(8))
    func replicasConvergeByFilesAlone(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('base')")
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'base')")
        for index in 1..<3 { try Self.carry(fleet, from: 0, to: index) }
        var sum = 0
        for step in 0..<60 {
            fleet.time.advance(by: UInt64(generator.below(3000)))
            let index = generator.below(3)
            let row = "x'" + String(repeating: "0", count: 31) + "\(generator.below(4))'"
            switch generator.below(6) {
            case 0: try Self.carry(fleet, from: index, to: (index + 1 + generator.below(2)) % 3)
            case 1: try fleet[index].run("DELETE FROM items WHERE id = \(row)")
            case 2: try fleet[index].run("REPLACE INTO items(id, title) VALUES(\(row), \(step))")
            case 3:
                sum += step
                try fleet[index].run(
                    "UPDATE items SET plays = plays + \(step) WHERE id = \(Self.key)")
            case 4: try fleet[index].run("UPDATE items SET title = \(step)")
            default: try fleet[index].run("INSERT INTO tags(tag) VALUES(\(step))")
            }
        }
        for step in 0..<6 { try Self.carry(fleet, from: step % 3, to: (step + 1) % 3) }
        try Self.expectEqual(fleet, "seed \(seed)")
        let plays = "SELECT plays FROM items WHERE id = \(Self.key)"
        #expect(try fleet[0].value(plays) == sum, "seed \(seed)")
        try await fleet.settle()
        try fleet.expectAgreement(nil, "with a server, seed \(seed)")
        #expect(try fleet[2].value(plays) == sum, "seed \(seed)")
    }

    // Goal: two copies of one database that both go on exchange files without losing a write.
    @Test func copiesExchangeFiles() throws {
        let fleet = try Fleet(seed: 142, devices: 1)
        try fleet[0].run("INSERT INTO items(id, title, plays) VALUES(\(Self.key), 'a', 1)")
        try fleet.addDevice(copying: 0)
        try fleet[0].run("UPDATE items SET best = 10, title = 'first'")
        fleet.time.advance(by: 1)
        try fleet[1].run("UPDATE items SET best = 100; INSERT INTO tags(tag) VALUES('b')")
        for _ in 0..<2 {
            try Self.carry(fleet, from: 0, to: 1)
            try Self.carry(fleet, from: 1, to: 0)
        }
        try Self.expectEqual(fleet, "copies")
        #expect(try fleet[0].value("SELECT best || title FROM items") == "100first")
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 1)
    }

    // Goal: a deletion that came by a bundle first and by the server later is known from there on:
    // a row of somebody who has seen it and cleared its tombstone away lives here too.
    @Test func aDeletionOfABundleGetsItsSequence() async throws {
        let fleet = try Fleet(seed: 95, devices: 3)
        let insert = "INSERT INTO items(id, title) VALUES(zeroblob(16), 'again')"
        try fleet[1].run(insert)
        try fleet[1].run("DELETE FROM items")
        try Self.carry(fleet, from: 1, to: 2)
        let tombstones = "SELECT count(*) FROM sync_tombstones_1"
        #expect(try fleet[2].value(tombstones) == 1)
        for index in [1, 1, 0, 0] { try await fleet.sync(index) }
        #expect(try fleet[0].value(tombstones) == 0)
        try fleet[0].run(insert)
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].value("SELECT count(*) FROM items") == 1)
    }

    // Goal: a bundle that is cut, damaged, another library's or no bundle is refused whole.
    // Method: every length of a small bundle, and a flipped bit in every byte.
    @Test func whatIsNotWholeIsRefused() throws {
        let fleet = try Fleet(seed: 143, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key), 'a')")
        let url = fleet.folder.url.appendingPathComponent("bundle")
        try fleet[0].exportBundle(to: url, keys: Self.keys(), account: Gallery.account)
        let whole = [UInt8](try Data(contentsOf: url))
        func importing(_ bytes: [UInt8]) throws {
            try Data(bytes).write(to: url)
            try fleet[1].importBundle(from: url, keys: Self.keys(), account: Gallery.account)
        }
        for count in whole.indices {
            #expect(throws: (any Error).self, "\(count)") { try importing(Array(whole[..<count])) }
            var damaged = whole
            damaged[count] ^= 1 << UInt8(count % 8)
            #expect(throws: (any Error).self, "\(count)") { try importing(damaged) }
        }
        try Data(whole).write(to: url)
        let otherKeys = try #require(LibraryKeys([1: [UInt8](repeating: 9, count: 32)]))
        #expect(throws: SegmentError.notAuthentic) {
            try fleet[1].importBundle(from: url, keys: otherKeys, account: Gallery.account)
        }
        #expect(throws: SegmentError.otherAccount) {
            try fleet[1].importBundle(
                from: url, keys: Self.keys(), account: [UInt8](repeating: 2, count: 16))
        }
        #expect(try fleet.devices[1].contents.isEmpty)
        try importing(whole)
        #expect(try fleet.devices[1].contents.count == 1)
    }

    // Goal: a bundle of several chunks is merged as one: a fault in its last chunk changes nothing.
    @Test func aFaultInTheLastChunkChangesNothing() throws {
        let fleet = try Fleet(seed: 144, devices: 2)
        try fleet[0].run(
            """
            WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 8)
            INSERT INTO items(id, title) SELECT randomblob(16), randomblob(250000) FROM many
            """)
        let url = fleet.folder.url.appendingPathComponent("bundle")
        var chunks = 0
        try fleet[0].exportBundle(to: url, keys: Self.keys(), account: Gallery.account) {
            chunks = $0
        }
        #expect(chunks > 2)
        var bytes = [UInt8](try Data(contentsOf: url))
        bytes[bytes.count - 20] ^= 1
        try Data(bytes).write(to: url)
        #expect(throws: SegmentError.notAuthentic) {
            try fleet[1].importBundle(from: url, keys: Self.keys(), account: Gallery.account)
        }
        #expect(try fleet.devices[1].contents.isEmpty)
    }
}
