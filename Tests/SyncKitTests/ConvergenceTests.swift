import GRDB
import SyncKit
import TestSupport
import Testing

/// Replicas that have seen the same changes hold the same rows.
@Suite struct ConvergenceTests {
    // Goal: whatever three replicas write, in whatever order they exchange, and whatever the
    // network loses on the way, they end with the same rows.
    // Method: random writes (through the store, and by another program's connection), exchanges
    // that break off at random, skewed clocks; then two quiet rounds; a printed seed.
    @Test(arguments: SeededGenerator.seeds(12))
    func threeReplicasEndEqual(seed: UInt64) async throws {
        var world = try World(seed: seed, replicas: 3)
        for _ in 0..<120 { try await world.step() }
        try await world.settle()
        let contents = try world.replicas.map { try Gallery.contents(of: $0.store) }
        #expect(contents[0] == contents[1], "seed \(seed)")
        #expect(contents[0] == contents[2], "seed \(seed)")
        #expect(!contents[0].isEmpty, "seed \(seed)")
        for replica in world.replicas {
            #expect(try replica.store.pendingChangeCount() == 0, "seed \(seed)")
            #expect(try replica.store.quarantinedSegmentCount() == 0, "seed \(seed)")
        }
    }

    // Goal: a replica that joins late, and one that pulls everything twice, hold the same rows.
    @Test(arguments: SeededGenerator.seeds(3))
    func lateAndRepeatedReplicasAgree(seed: UInt64) async throws {
        var world = try World(seed: seed, replicas: 2)
        for _ in 0..<60 { try await world.step() }
        try await world.settle()
        try world.addReplica()
        try await world.settle()
        let late = try #require(world.replicas.last)
        let expected = try Gallery.contents(of: world.replicas[0].store)
        #expect(try Gallery.contents(of: late.store) == expected, "seed \(seed)")
        try late.store.forgetCursor()
        try await world.settle()
        #expect(try Gallery.contents(of: late.store) == expected, "seed \(seed)")
    }

    // Goal: a tag added on one device while another removes the same tag survives (add wins);
    // a removal that saw the tag removes it.
    @Test func concurrentAddOfATagWins() async throws {
        let world = try World(seed: 5, replicas: 2)
        let (first, second) = (world.replicas[0].store, world.replicas[1].store)
        try first.write { db in try Self.add("sea", db) }
        try await world.settle()
        try first.write { try $0.execute(sql: "DELETE FROM tags WHERE tag = 'sea'") }
        try second.write { db in try Self.add("sea", db) }
        try await world.settle()
        for store in [first, second] {
            #expect(try Self.tags(store) == ["sea"])
        }
        try first.write { try $0.execute(sql: "DELETE FROM tags WHERE tag = 'sea'") }
        try await world.settle()
        for store in [first, second] {
            #expect(try Self.tags(store) == [])
        }
    }

    // Goal: edits of different columns of one row both survive; of the same column, the later.
    @Test func columnsMergeApart() async throws {
        let world = try World(seed: 6, replicas: 2)
        let (first, second) = (world.replicas[0].store, world.replicas[1].store)
        try first.write {
            try $0.execute(
                sql: "INSERT INTO pictures(id, title, width) VALUES(zeroblob(16), 'a', 1)")
        }
        try await world.settle()
        try first.write { try $0.execute(sql: "UPDATE pictures SET title = 'first', width = 2") }
        world.time.advance(by: 10)
        try second.write { try $0.execute(sql: "UPDATE pictures SET title = 'second'") }
        try await world.settle()
        for store in [first, second] {
            let row = try #require(
                try store.read {
                    try Row.fetchOne($0, sql: "SELECT title, width FROM pictures")
                })
            #expect(row["title"] == "second")
            #expect(row["width"] == 2)
        }
    }

    // Goal: a row deleted on one device while another edits it is deleted everywhere; inserted
    // again it lives everywhere with its new values only.
    @Test func deleteBeatsEditAndANewLifeBeatsBoth() async throws {
        let world = try World(seed: 7, replicas: 2)
        let (first, second) = (world.replicas[0].store, world.replicas[1].store)
        let insert = "INSERT INTO pictures(id, title, width) VALUES(zeroblob(16), ?, ?)"
        try first.write { try $0.execute(sql: insert, arguments: ["one", 1]) }
        try await world.settle()
        try first.write { try $0.execute(sql: "DELETE FROM pictures") }
        world.time.advance(by: 1000)
        try second.write { try $0.execute(sql: "UPDATE pictures SET title = 'edited'") }
        try await world.settle()
        #expect(try Gallery.contents(of: first) == [])
        #expect(try Gallery.contents(of: second) == [])
        try second.write { try $0.execute(sql: insert, arguments: ["two", nil]) }
        try await world.settle()
        #expect(try Gallery.contents(of: first) == (try Gallery.contents(of: second)))
        #expect(try Gallery.contents(of: first).count == 1)
    }

    private static func add(_ tag: String, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO tags(picture, tag) VALUES(zeroblob(16), ?)", arguments: [tag])
    }

    private static func tags(_ store: SyncStore) throws -> [String] {
        try store.read { try String.fetchAll($0, sql: "SELECT DISTINCT tag FROM tags") }
    }
}
