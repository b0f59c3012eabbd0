import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Rows that are each other's parents: a cycle that devices make together is broken alike on all.
@Suite struct TreeTests {
    // Goal: two devices that put two folders into each other end with a tree; the later move is
    // undone and listed.
    @Test func twoMovesMakeNoCycle() async throws {
        let forest = try Forest(seed: 1, replicas: 2)
        try forest.stores[0].run(
            "INSERT INTO folders(id, name) VALUES(\(Forest.id(1)), 'a'), (\(Forest.id(2)), 'b')")
        try await forest.settle()
        try forest.move(1, under: 2, on: 0)
        forest.time.advance(by: 1000)
        try forest.move(2, under: 1, on: 1)
        try await forest.settle()
        try forest.expectTrees()
        for store in forest.stores {
            let moved: Int? = try store.value("SELECT count(*) FROM folders WHERE parent NOT NULL")
            #expect(moved == 1)
            let name: String? = try store.value("SELECT name FROM folders WHERE parent IS NULL")
            #expect(name == "b")
        }
        let conflicts = try forest.stores.flatMap { try $0.conflicts() }
        #expect(!conflicts.isEmpty && conflicts.allSatisfy { $0.kind == .cycleBroken })
    }

    // Goal: what one device moves in one transaction is no cycle, whatever its rows come after.
    @Test func aTreeTurnedRoundIsNone() async throws {
        let forest = try Forest(seed: 2, replicas: 2)
        try forest.stores[0].run(
            "INSERT INTO folders(id, name) VALUES(\(Forest.id(1)), 'a'), (\(Forest.id(2)), 'b')")
        try forest.move(2, under: 1, on: 0)
        try await forest.settle()
        try forest.stores[0].run(
            """
            UPDATE folders SET parent = NULL WHERE id = \(Forest.id(2));
            UPDATE folders SET parent = \(Forest.id(2)) WHERE id = \(Forest.id(1))
            """)
        try await forest.settle()
        try forest.expectTrees()
        for store in forest.stores {
            let root: String? = try store.value("SELECT name FROM folders WHERE parent IS NULL")
            #expect(try root == "b" && store.conflicts().isEmpty)
        }
    }

    // Goal: whatever is moved, deleted and exchanged, all end with the same trees.
    // Method: three replicas, moves that each replica sees as none into a row's own subtree.
    @Test(arguments: SeededGenerator.seeds(12))
    func allEndWithTheSameTrees(seed: UInt64) async throws {
        var forest = try Forest(seed: seed, replicas: 3)
        for _ in 0..<100 { try await forest.step() }
        try await forest.settle()
        try forest.expectTrees()
    }

    // Goal: cycles are broken too where rows come in a bundle or a snapshot.
    @Test func bundlesMakeNoCycle() async throws {
        let forest = try Forest(seed: 3, replicas: 2)
        try forest.stores[0].run(
            "INSERT INTO folders(id, name) VALUES(\(Forest.id(1)), 'a'), (\(Forest.id(2)), 'b')")
        try await forest.settle()
        try forest.move(1, under: 2, on: 0)
        try forest.move(2, under: 1, on: 1)
        try forest.carry(from: 0, to: 1)
        try forest.carry(from: 1, to: 0)
        try forest.expectTrees()
    }

    // Goal: a table whose rows may name each other must say what becomes of a cycle.
    @Test func cyclesMustBeDeclared() throws {
        let folder = try TemporaryFolder()
        #expect(throws: SchemaError.undeclaredCycles(table: "folders", column: "parent")) {
            try Forest.open(folder.path("a.sqlite"), SimulatedTime(seed: 1), onCycle: nil)
        }
    }
}

/// Folders in folders on a few replicas.
private struct Forest {
    let time: SimulatedTime
    let stores: [SyncStore]
    private let seed: UInt64
    private let server: SimulatedServer
    private var generator: SeededGenerator
    private let folder: TemporaryFolder
    private static let folders = 6

    init(seed: UInt64, replicas: Int) throws {
        let (time, folder) = (SimulatedTime(seed: seed), try TemporaryFolder())
        self.seed = seed
        server = SimulatedServer(time: time, seed: seed ^ 1)
        generator = SeededGenerator(seed: seed ^ 2)
        stores = try (0..<replicas).map {
            try Self.open(folder.path("\($0).sqlite"), time, onCycle: .setNull)
        }
        self.time = time
        self.folder = folder
    }

    static func open(
        _ path: String, _ time: SimulatedTime, onCycle: SyncedReference.CycleAction?
    ) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("folders") {
            try $0.execute(
                sql: """
                    CREATE TABLE folders(id BLOB PRIMARY KEY NOT NULL, name TEXT,
                    parent BLOB REFERENCES folders(id) ON DELETE SET NULL)
                    """)
        }
        let table = SyncedTable(
            "folders", id: 1,
            columns: [SyncedColumn("name", id: 1), SyncedColumn("parent", id: 2)],
            references: [
                SyncedReference("parent", to: "folders", onDelete: .setNull, onCycle: onCycle)
            ])
        return try SyncStore(
            path: path, schema: try SyncSchema(tables: [table]), migrator: migrator,
            environment: time.environment())
    }

    static func id(_ number: Int) -> String {
        "x'\(String(repeating: "0", count: 31))\(number)'"
    }

    func move(_ number: Int, under parent: Int, on index: Int) throws {
        try stores[index].run(
            "UPDATE folders SET parent = \(Self.id(parent)) WHERE id = \(Self.id(number))")
    }

    mutating func step() async throws {
        time.advance(by: UInt64(generator.below(3000)))
        let index = generator.below(stores.count)
        let (number, parent) = (generator.below(Self.folders), generator.below(Self.folders))
        switch generator.below(8) {
        case 0:
            try stores[index].run(
                "INSERT OR IGNORE INTO folders(id, name) VALUES(\(Self.id(number)), 'new')")
        case 1: try stores[index].run("DELETE FROM folders WHERE id = \(Self.id(number))")
        case 2...5:
            guard try mayMove(number, under: parent, on: index) else { return }
            try move(number, under: parent, on: index)
        default: try await sync(index)
        }
    }

    /// What an app checks before it moves a folder.
    private func mayMove(_ number: Int, under parent: Int, on index: Int) throws -> Bool {
        let isAbove: Bool? = try stores[index].value(
            """
            WITH RECURSIVE above(id) AS (SELECT \(Self.id(parent)) UNION
            SELECT parent FROM folders JOIN above USING (id) WHERE parent NOT NULL)
            SELECT EXISTS(SELECT 1 FROM above WHERE id = \(Self.id(number)))
            OR NOT EXISTS(SELECT 1 FROM folders WHERE id = \(Self.id(parent)))
            """)
        return isAbove == false
    }

    func sync(_ index: Int) async throws {
        let keys = try #require(Gallery.keys())
        _ = try await Synchronizer(
            store: stores[index], transport: server.transport(for: index), keys: keys,
            account: Gallery.account
        ).run()
    }

    func settle() async throws {
        for _ in 0..<4 {
            for index in stores.indices { try await sync(index) }
        }
    }

    func carry(from: Int, to: Int) throws {
        let url = folder.url.appendingPathComponent("bundle")
        let keys = try #require(Gallery.keys())
        try stores[from].exportBundle(to: url, keys: keys, account: Gallery.account)
        try stores[to].importBundle(from: url, keys: keys, account: Gallery.account)
    }

    /// All hold the same rows, and every row leads to a root.
    func expectTrees() throws {
        let rows =
            "SELECT group_concat(hex(id) || quote(parent)) FROM (SELECT * FROM folders ORDER BY id)"
        let expected: String? = try stores[0].value(rows)
        for store in stores {
            #expect(try store.value(rows) == expected, "seed \(seed)")
            let lost: Int? = try store.value(
                """
                WITH RECURSIVE rooted(id) AS (SELECT id FROM folders WHERE parent IS NULL UNION
                SELECT folders.id FROM folders JOIN rooted ON folders.parent = rooted.id)
                SELECT count(*) FROM folders WHERE id NOT IN (SELECT id FROM rooted)
                """)
            #expect(lost == 0, "seed \(seed)")
            #expect(try store.diagnose().isHealthy, "seed \(seed)")
        }
    }
}
