import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// A value that an older program's tables refuse waits by itself: nothing waits with it.
@Suite struct RefusedValueTests {
    private static func id(_ digit: String) -> String {
        "x'" + String(repeating: digit, count: 32) + "'"
    }

    // Goal: of a segment with good rows and one whose value an older device refuses, all but that
    // value is merged; it appears when the device has the newer program, and all agree.
    @Test func theRestOfTheSegmentIsMerged() async throws {
        let shop = try Shop(seed: 1, versions: [2, 1])
        try shop[0].run(
            """
            INSERT INTO goods(id, name, price, kind) VALUES
            (\(Self.id("1")), 'cup', 5, 'a'), (\(Self.id("2")), 'gift', -1, 'a'),
            (\(Self.id("3")), NULL, 7, 'b')
            """)
        try await shop.sync(0)
        let report = try await shop.sync(1)
        #expect(report.segmentsSetAside == 0 && report.changesRefused == 2)
        #expect(try shop.rows(1) == ["1 cup 5 a", "2 gift - a", "3  7 b"])
        let refused = Set(try shop[1].refusedChanges().map(\.columns))
        #expect(refused == [["price"], ["name"]])
        try shop.upgrade(1)
        #expect(try shop.rows(1) == ["1 cup 5 a", "2 gift -1 a", "3 - 7 b"])
        try await shop.settle()
        try shop.expectAgreement()
    }

    // Goal: an update that is refused leaves the value before it; a later one that is not refused
    // takes the place of both, and nothing waits any more.
    @Test func aLaterValueTakesThePlace() async throws {
        let shop = try Shop(seed: 2, versions: [2, 1])
        try shop[0].run("INSERT INTO goods VALUES(\(Self.id("1")), 'cup', 5, 'a')")
        try await shop.settle()
        try shop[0].run("UPDATE goods SET price = -1, name = 'mug'")
        try await shop.settle()
        #expect(try shop.rows(1) == ["1 mug 5 a"])
        try shop[0].run("UPDATE goods SET price = 6")
        try await shop.settle()
        #expect(try shop.rows(1) == ["1 mug 6 a"])
        #expect(try await shop.sync(1).changesRefused == 0)
        try shop.expectAgreement()
    }

    // Goal: who writes over a value that was never seen is not taken for somebody who knew it: the
    // value is listed as lost.
    @Test func whatIsWrittenOverUnseenIsListed() async throws {
        let shop = try Shop(seed: 3, versions: [2, 1])
        try shop[0].run("INSERT INTO goods VALUES(\(Self.id("1")), 'cup', 5, 'a')")
        try await shop.settle()
        try shop[0].run("UPDATE goods SET price = -1")
        try await shop.settle()
        shop.time.advance(by: 1000)
        try shop[1].run("UPDATE goods SET price = 8")
        try await shop.settle()
        #expect(try shop.rows(0) == ["1 cup 8 a"])
        #expect(try shop[0].conflicts().map(\.lost) == [["price": .integer(-1)]])
        #expect(try shop[1].refusedChangeCount() == 0)
        try shop.expectAgreement()
    }

    // Goal: a row that cannot be without the refused value waits whole, is deleted while it waits,
    // and comes with the newer program else.
    @Test(arguments: [true, false])
    func aRowThatCannotBeWithoutWaits(isDeleted: Bool) async throws {
        let shop = try Shop(seed: 4, versions: [2, 1])
        try shop[0].run(
            """
            INSERT INTO goods VALUES(\(Self.id("1")), 'new', 5, 'c'),
            (\(Self.id("2")), 'cup', 5, 'a')
            """)
        try await shop.settle()
        #expect(try shop.rows(1) == ["2 cup 5 a"])
        #expect(try shop[1].refusedChanges().count == 1)
        try shop[0].run("UPDATE goods SET price = 9 WHERE name = 'new'")
        if isDeleted { try shop[0].run("DELETE FROM goods WHERE name = 'new'") }
        try await shop.settle()
        #expect(try shop.rows(1) == ["2 cup 5 a"])
        try shop.upgrade(1)
        #expect(try shop.rows(1) == (isDeleted ? [] : ["1 new 9 c"]) + ["2 cup 5 a"])
        try await shop.settle()
        try shop.expectAgreement()
    }

    // Goal: a bundle and a snapshot with such values are taken, and handed on whole.
    @Test(arguments: [true, false])
    func bundlesAndSnapshotsAreTaken(isBundle: Bool) async throws {
        let shop = try Shop(seed: 5, versions: [2, 1, 2])
        try shop[0].run(
            """
            INSERT INTO goods VALUES(\(Self.id("1")), 'cup', 5, 'a'),
            (\(Self.id("2")), 'gift', -1, 'a'), (\(Self.id("3")), 'new', 7, 'c')
            """)
        if isBundle {
            try shop.carry(from: 0, to: 1)
            #expect(try shop.rows(1) == ["1 cup 5 a", "2 gift - a"])
            try shop.carry(from: 1, to: 2)
        } else {
            try await shop.sync(0)
            try await shop.sync(1)
            try await shop.makeSnapshot(by: 1)
            shop.server.compact(keepingGrace: 0)
            #expect(try await shop.sync(2).chunksReceived > 0)
        }
        #expect(try shop.rows(2) == ["1 cup 5 a", "2 gift -1 a", "3 new 7 c"])
        try shop.upgrade(1)
        try await shop.settle()
        try shop.expectAgreement()
    }

    // Goal: whatever devices of both versions write, those of the newer one agree meanwhile, and
    // all agree once all have it.
    @Test(arguments: SeededGenerator.seeds(8))
    func allAgreeInTheEnd(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let shop = try Shop(seed: seed, versions: [2, 1, 2, 1])
        for step in 0..<80 {
            shop.time.advance(by: UInt64(generator.below(2000)))
            let index = generator.below(4)
            guard !generator.oneIn(3) else {
                try await shop.sync(index)
                continue
            }
            let row = Self.id("\(1 + generator.below(4))")
            let price = generator.below(12) - (index.isMultiple(of: 2) ? 6 : 0)
            let kinds = index.isMultiple(of: 2) ? ["a", "b", "c"] : ["a", "b"]
            let kind = kinds[generator.below(kinds.count)]
            switch generator.below(6) {
            case 0:
                try shop[index].run(
                    "INSERT OR IGNORE INTO goods VALUES(\(row), 'n\(step)', \(price), '\(kind)')")
            case 1: try shop[index].run("DELETE FROM goods WHERE id = \(row)")
            case 2: try shop[index].run("UPDATE goods SET kind = '\(kind)' WHERE id = \(row)")
            case 3: try shop[index].run("UPDATE goods SET name = 'n\(step)' WHERE id = \(row)")
            default: try shop[index].run("UPDATE goods SET price = \(price) WHERE id = \(row)")
            }
        }
        try await shop.settle()
        #expect(try shop.rows(0) == shop.rows(2), "seed \(seed)")
        for index in [1, 3] { try shop.upgrade(index) }
        try await shop.settle()
        try shop.expectAgreement("seed \(seed)")
    }
}

/// Devices with two versions of a program: the older one's table refuses some of what the newer
/// one's takes.
private final class Shop {
    let time: SimulatedTime
    let server: SimulatedServer
    private var stores: [SyncStore] = []
    private let folder: TemporaryFolder

    init(seed: UInt64, versions: [Int]) throws {
        time = SimulatedTime(seed: seed)
        server = SimulatedServer(time: time, seed: seed ^ 1)
        folder = try TemporaryFolder()
        for (index, version) in versions.enumerated() { stores.append(try open(index, version)) }
    }

    subscript(index: Int) -> SyncStore { stores[index] }

    private func open(_ index: Int, _ version: Int) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            try db.execute(
                sql: """
                    CREATE TABLE goods(id BLOB PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '',
                    price INTEGER CHECK (price >= 0), kind TEXT NOT NULL CHECK (kind IN ('a', 'b')))
                    """)
        }
        if version > 1 {
            migrator.registerMigration("2") { db in
                try db.execute(
                    sql: """
                        CREATE TABLE new_goods(id BLOB PRIMARY KEY NOT NULL, name TEXT,
                        price INTEGER, kind TEXT NOT NULL CHECK (kind IN ('a', 'b', 'c')));
                        INSERT INTO new_goods SELECT * FROM goods;
                        DROP TABLE goods;
                        ALTER TABLE new_goods RENAME TO goods;
                        """)
            }
        }
        // The declared schema is the same: only SQL differs.
        let table = SyncedTable(
            "goods", id: 1,
            columns: [
                SyncedColumn("name", id: 1), SyncedColumn("price", id: 2),
                SyncedColumn("kind", id: 3),
            ])
        return try SyncStore(
            path: folder.path("\(index).sqlite"), schema: try SyncSchema(tables: [table]),
            migrator: migrator, environment: time.environment(),
            configuration: Workshop.unsafeConfiguration)
    }

    func upgrade(_ index: Int) throws { stores[index] = try open(index, 2) }

    @discardableResult
    func sync(_ index: Int) async throws -> SyncReport {
        try await Synchronizer(
            store: stores[index], transport: server.transport(for: index),
            keys: try #require(Gallery.keys()), account: Gallery.account
        ).run()
    }

    func settle() async throws {
        for _ in 0..<3 {
            for index in stores.indices { try await sync(index) }
        }
    }

    func makeSnapshot(by index: Int) async throws {
        try await Fleet.makeSnapshot(
            of: stores[index], id: [UInt8](repeating: 9, count: 16), #require(Gallery.keys()),
            server.transport(for: index))
    }

    func carry(from: Int, to: Int) throws {
        let url = folder.url.appendingPathComponent("bundle")
        let keys = try #require(Gallery.keys())
        try stores[from].exportBundle(to: url, keys: keys, account: Gallery.account)
        try stores[to].importBundle(from: url, keys: keys, account: Gallery.account)
    }

    /// Each row as the last digit of its key and its values, `-` for null.
    func rows(_ index: Int) throws -> [String] {
        try stores[index].read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT substr(hex(id), 32) || ' ' || ifnull(name, '-') || ' '
                    || ifnull(price, '-') || ' ' || kind FROM goods ORDER BY id
                    """)
        }
    }

    func expectAgreement(
        _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (rows, digest) = (try rows(0), try stores[0].storedDigest())
        for (index, store) in stores.enumerated() {
            let comment = Comment(rawValue: "device \(index) \(comment)")
            #expect(try self.rows(index) == rows, comment, sourceLocation: sourceLocation)
            #expect(try store.storedDigest() == digest, comment, sourceLocation: sourceLocation)
            #expect(try store.refusedChangeCount() == 0, comment, sourceLocation: sourceLocation)
            #expect(try store.diagnose().isHealthy, comment, sourceLocation: sourceLocation)
        }
    }
}
