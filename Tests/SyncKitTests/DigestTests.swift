import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Digests are equal where the rows are, and a lost change is noticed and repaired.
@Suite struct DigestTests {
    private static func key(_ row: Int) -> String {
        "x'" + String(repeating: "0", count: 31) + "\(row)'"
    }

    // Goal: stores whose rows differ have different digests at every moment; at the end all are
    // equal, and equal to that of a store which merged everything at once.
    // Method: random histories over every policy.
    @Test(arguments: SeededGenerator.seeds(6))
    func digestsTellStatesApart(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        for step in 0..<100 {
            fleet.time.advance(by: UInt64(generator.below(2000)))
            let index = generator.below(3)
            if generator.oneIn(4) {
                fleet.server.lose(oneIn: 4)
                _ = try await fleet.mayBreakOff(index)
            } else {
                try fleet[index].run(Self.randomEdit(step, &generator))
            }
            for other in 0..<3 where other != index {
                _ = try (fleet[index].pendingChangeCount(), fleet[other].pendingChangeCount())
                let isEqual = try fleet.devices[index].contents == fleet.devices[other].contents
                let digests = (try fleet[index].storedDigest(), try fleet[other].storedDigest())
                if !isEqual { #expect(digests.0 != digests.1, "step \(step), seed \(seed)") }
            }
        }
        try await fleet.settle()
        try fleet.addDevice()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
    }

    // Goal: exchanges that lose nothing never find a difference, however they overlap.
    @Test(arguments: SeededGenerator.seeds(6))
    func nothingIsRepairedInVain(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        for step in 0..<120 {
            fleet.time.advance(by: UInt64(generator.below(2000)))
            let index = generator.below(3)
            try fleet[index].run(Self.randomEdit(step, &generator))
            fleet.server.lose(oneIn: generator.oneIn(2) ? 4 : nil)
            do {
                let report = try await fleet.sync(generator.below(3))
                #expect(!report.repaired, "step \(step), seed \(seed)")
            } catch is SimulatedLoss {}
        }
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
    }

    // Goal: a change that a device lost is noticed with the next one, and comes back.
    @Test(arguments: [("title = 'lost'", "title = 'lost'"), ("plays = plays + 5", "plays = 5")])
    func aLostChangeIsRepaired(change: String, outcome: String) async throws {
        let fleet = try Fleet(seed: 161, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(1)), 'a')")
        try await fleet.settle()
        try fleet[0].run("UPDATE items SET \(change)")
        try await fleet.sync(0)
        // The cursor moves on, and nothing was merged; the mark would tell that by itself.
        try Shell.sqlite(
            fleet.devices[1].path,
            """
            UPDATE sync_state SET value = value + 1 WHERE name = 'cursor';
            DELETE FROM sync_state WHERE name = 'history_hash'
            """)
        try fleet[0].run("INSERT INTO tags(tag) VALUES('next')")
        try await fleet.sync(0)
        let report = try await fleet.sync(1)
        #expect(report.repaired)
        #expect(try fleet[1].value("SELECT count(*) FROM items WHERE \(outcome)") == 1)
        #expect(try await !fleet.sync(1).repaired)
        try await fleet.settle()
        try fleet.expectAgreement()
    }

    // Goal: an older program that sets a newer one's columns aside is not taken for damaged.
    @Test func anOlderProgramIsNotRepaired() async throws {
        let time = SimulatedTime(seed: 162)
        let server = SimulatedServer(time: time, seed: 1)
        let folder = try TemporaryFolder()
        let newer = try Workshop.open(folder.path("new.sqlite"), time.environment())
        let older = try SyncStore(
            path: folder.path("old.sqlite"),
            schema: try SyncSchema(tables: [
                SyncedTable("items", id: 1, columns: [SyncedColumn("title", id: 1)])
            ]), migrator: Workshop.migrator, environment: time.environment(),
            configuration: Workshop.unsafeConfiguration)
        let keys = try #require(Gallery.keys())
        for round in 0..<4 {
            try newer.run(
                """
                INSERT INTO items(id, title, best) VALUES(randomblob(16), \(round), \(round));
                UPDATE items SET best = \(round)
                """)
            try older.run("INSERT INTO items(id, title) VALUES(randomblob(16), \(round))")
            for (index, store) in [newer, older, newer].enumerated() {
                let report = try await Synchronizer(
                    store: store, transport: server.transport(for: index % 2), keys: keys,
                    account: Gallery.account
                ).run()
                #expect(!report.repaired, "round \(round)")
            }
        }
    }

    // Goal: a log of many megabytes, over places that are used again, folds to the right state.
    @Test func aLargeLogFoldsRight() throws {
        let fleet = try Fleet(seed: 163, devices: 2)
        try fleet[0].run("INSERT INTO tags(id) VALUES(\(Self.key(1)))")
        try fleet[0].run("DELETE FROM tags")
        try fleet[0].run(
            """
            WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 250000)
            INSERT INTO tags(id, tag) SELECT randomblob(16), n FROM many;
            INSERT INTO tags(id, tag) VALUES(\(Self.key(2)), 'two')
            """)
        _ = try fleet[0].pendingChangeCount()
        // One place holds row 2, then 3, then 1, which has a tombstone.
        try fleet[0].run(
            """
            DELETE FROM tags WHERE id = \(Self.key(2));
            INSERT INTO tags(id, tag) VALUES(\(Self.key(3)), 'three');
            DELETE FROM tags WHERE CAST(tag AS INTEGER) BETWEEN 100 AND 249999
            """)
        try fleet[0].run(
            """
            DELETE FROM tags WHERE id = \(Self.key(3));
            INSERT INTO tags(id, tag) VALUES(\(Self.key(1)), 'again')
            """)
        let keys = try #require(Gallery.keys())
        let url = fleet.folder.url.appendingPathComponent("bundle")
        try fleet[0].exportBundle(to: url, keys: keys, account: Gallery.account)
        try fleet[1].importBundle(from: url, keys: keys, account: Gallery.account)
        #expect(try fleet.devices[1].contents == (try fleet.devices[0].contents))
        #expect(try fleet[1].storedDigest() == fleet[0].storedDigest())
        #expect(try fleet[0].value("SELECT group_concat(hex(clock)) FROM sync_clocks_2") == "0003")
        #expect(try fleet[0].value("SELECT max(causal_length) FROM sync_tombstones_2") == 2)
    }

    private static func randomEdit(_ step: Int, _ generator: inout SeededGenerator) -> String {
        let row = key(generator.below(5))
        return switch generator.below(7) {
        case 6: "UPDATE items SET plays = plays + \(step)"
        case 0: "DELETE FROM items WHERE id = \(row)"
        case 1: "REPLACE INTO items(id, title) VALUES(\(row), 'new \(step)')"
        case 2: "INSERT INTO tags(item, tag) VALUES(\(row), 'tag \(step)')"
        case 3: "DELETE FROM tags WHERE item = \(row)"
        default:
            """
            INSERT INTO items(id, title) VALUES(\(row), 'title \(step)')
            ON CONFLICT DO UPDATE SET title = excluded.title, best = \(step)
            """
        }
    }
}
