import GRDB
import SyncKit
import TestSupport
import Testing

/// What SQL can declare of a table: each feature is refused when the store opens, or two devices
/// that use it agree.
@Suite struct SQLFeatureTests {
    /// A table `n` with the synced columns `a` and `b`, and what SQL says of it.
    struct Feature: CustomTestStringConvertible, Sendable {
        let columns: String
        var then = ""
        var unique: [[String]] = []
        var error: SchemaError?

        var testDescription: String { columns + "; " + then }
    }

    private static let ab = "a TEXT, b INTEGER"

    private static let refused: [Feature] = [
        Feature(
            columns: ab, then: "CREATE UNIQUE INDEX u ON n(lower(a))",
            error: .unsuitableIndex(table: "n", index: "u", .expression)),
        Feature(
            columns: ab, then: "CREATE UNIQUE INDEX u ON n(a) WHERE b = 1", unique: [["a"]],
            error: .unsuitableIndex(table: "n", index: "u", .partial)),
        Feature(
            columns: ab, then: "CREATE UNIQUE INDEX u ON n(a COLLATE NOCASE)", unique: [["a"]],
            error: .unsuitableIndex(table: "n", index: "u", .collation)),
        Feature(
            columns: "a TEXT, b INTEGER AS (length(a))",
            error: .generatedColumn(table: "n", column: "b")),
        Feature(
            columns: "a TEXT, b INTEGER AS (length(a)) STORED",
            error: .generatedColumn(table: "n", column: "b")),
        Feature(
            columns: ab + ", CHECK (a IS NOT NULL OR b > 0)",
            error: .unsuitableCheck(table: "n", columns: ["a", "b"])),
        Feature(
            columns: "a TEXT CHECK (a <> 'b' /* ) */ AND [B] > 0 -- (\n), b INTEGER",
            error: .unsuitableCheck(table: "n", columns: ["a", "b"])),
        Feature(
            columns: ab + ", c TEXT NOT NULL",
            error: .undeclaredRequiredColumn(table: "n", column: "c")),
        Feature(
            columns: ab + ", p BLOB REFERENCES n(id)",
            error: .undeclaredConstraint(table: "n", constraint: "FOREIGN KEY")),
        Feature(
            columns: "a TEXT UNIQUE, b INTEGER",
            error: .undeclaredConstraint(table: "n", constraint: "UNIQUE")),
    ]

    // Goal: what two devices could break together, and what a merge could not keep, is refused with
    // its name.
    @Test(arguments: refused)
    func whatCannotConvergeIsRefused(feature: Feature) throws {
        let folder = try TemporaryFolder()
        let error = try #require(feature.error)
        #expect(throws: error) {
            try Self.open(feature, folder.path("n.sqlite"), time: .init(seed: 1))
        }
        #expect("\(error)".contains("n") && "\(error)".count > 60)
    }

    private static let kept: [Feature] = [
        Feature(columns: ab),
        Feature(columns: "a TEXT NOT NULL DEFAULT 'x', b INTEGER DEFAULT (1 + 1)"),
        Feature(columns: "a TEXT NOT NULL, b INTEGER NOT NULL"),
        Feature(columns: "a TEXT UNIQUE, b INTEGER", unique: [["a"]]),
        Feature(columns: "a TEXT COLLATE NOCASE UNIQUE, b INTEGER", unique: [["a"]]),
        Feature(columns: ab + ", UNIQUE(a, b)", unique: [["a", "b"]]),
        Feature(columns: "a TEXT CHECK (length(a) < 9 OR a = 'b, b'), b INTEGER CHECK (b >= 0)"),
        Feature(columns: ab + ", c INTEGER AS (b + 1)", then: "CREATE INDEX i ON n(c)"),
        Feature(columns: ab + ", c TEXT NOT NULL DEFAULT 'here'"),
        Feature(columns: ab, then: "CREATE INDEX i ON n(lower(a)) WHERE b > 0"),
        Feature(columns: ab, then: "CREATE VIEW v AS SELECT a FROM n"),
        Feature(
            columns: ab,
            then: "CREATE TRIGGER t AFTER INSERT ON n BEGIN UPDATE n SET b = 1 WHERE b = 2; END"),
    ]

    // Goal: two devices that write at will to a table with a permitted feature agree, and set
    // nothing aside.
    // Method: random writes that SQLite accepts, random exchanges, then quiet ones.
    @Test(arguments: kept, [1, 2] as [UInt64])
    func whatIsTakenConverges(feature: Feature, seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: seed)
        let server = SimulatedServer(time: time, seed: seed ^ 1)
        var generator = SeededGenerator(seed: seed ^ 2)
        let stores = try (0..<2).map {
            try Self.open(feature, folder.path("\($0).sqlite"), time: time)
        }
        for _ in 0..<60 {
            time.advance(by: UInt64(generator.below(2000)))
            let index = generator.below(2)
            let id = "x'\(String(repeating: "0", count: 31))\(generator.below(4))'"
            let a = ["'b'", "'B'", "'c'", "'a word too long'"][generator.below(4)]
            let b = ["0", "1", "2", "-1"][generator.below(4)]
            let statement =
                switch generator.below(5) {
                case 0: "INSERT INTO n(id, a, b) VALUES(\(id), \(a), \(b))"
                case 1: "DELETE FROM n WHERE id = \(id)"
                case 2: "UPDATE n SET a = \(a) WHERE id = \(id)"
                default: "UPDATE n SET b = \(b) WHERE id = \(id)"
                }
            do { try stores[index].run(statement) } catch is DatabaseError {}
            if generator.oneIn(3) { _ = try await sync(stores[index], server, index) }
        }
        for _ in 0..<3 {
            for index in 0..<2 {
                let report = try await sync(stores[index], server, index)
                #expect(report.segmentsSetAside == 0)
            }
        }
        let contents = "SELECT group_concat(line) FROM (SELECT hex(id) || quote(a) || b AS line "
        let rows: [String?] = try stores.map { try $0.value(contents + "FROM n ORDER BY id)") }
        #expect(rows[0] == rows[1], "seed \(seed)")
        #expect(rows[0]?.isEmpty == false, "seed \(seed)")
    }

    // Goal: what SQL does to the children of a deleted row is what the schema declares.
    @Test(arguments: [
        ("CASCADE", SyncedReference.Action.cascade, true),
        ("SET NULL", .setNull, true), ("NO ACTION", .cascade, true), ("RESTRICT", .setNull, true),
        ("CASCADE", .setNull, false), ("SET NULL", .cascade, false),
        ("SET DEFAULT", .setNull, false),
    ])
    func deleteActionsAgree(sql: String, declared: SyncedReference.Action, isTaken: Bool) throws {
        let folder = try TemporaryFolder()
        var migrator = DatabaseMigrator()
        migrator.registerMigration("n") {
            try $0.execute(
                sql: """
                    CREATE TABLE n(id BLOB PRIMARY KEY NOT NULL);
                    CREATE TABLE m(id BLOB PRIMARY KEY NOT NULL,
                    n BLOB REFERENCES n ON DELETE \(sql));
                    """)
        }
        let schema = try SyncSchema(tables: [
            SyncedTable("n", id: 1, columns: []),
            SyncedTable(
                "m", id: 2, columns: [SyncedColumn("n", id: 1)],
                references: [SyncedReference("n", to: "n", onDelete: declared)]),
        ])
        let open = {
            _ = try SyncStore(
                path: folder.path("n.sqlite"), schema: schema, migrator: migrator,
                environment: SimulatedTime(seed: 1).environment())
        }
        if isTaken {
            try open()
        } else {
            let error = SchemaError.otherDeleteAction(table: "m", column: "n", sql: sql)
            #expect(throws: error) { try open() }
        }
    }

    private static func open(
        _ feature: Feature, _ path: String, time: SimulatedTime
    ) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("n") {
            try $0.execute(
                sql: "CREATE TABLE n(id BLOB PRIMARY KEY NOT NULL, \(feature.columns));"
                    + feature.then)
        }
        let table = SyncedTable(
            "n", id: 1, columns: [SyncedColumn("a", id: 1), SyncedColumn("b", id: 2)],
            unique: feature.unique)
        return try SyncStore(
            path: path, schema: try SyncSchema(tables: [table]), migrator: migrator,
            environment: time.environment())
    }

    private func sync(
        _ store: SyncStore, _ server: SimulatedServer, _ index: Int
    ) async throws -> SyncReport {
        let keys = try #require(Gallery.keys())
        return try await Synchronizer(
            store: store, transport: server.transport(for: index), keys: keys,
            account: Gallery.account
        ).run()
    }
}
