import GRDB
import SyncKit
import TestSupport
import Testing

@Suite struct SchemaTests {
    // Goal: what two replicas could break together is refused when the store opens.
    @Test(arguments: [
        ("id BLOB PRIMARY KEY NOT NULL, t TEXT UNIQUE", "UNIQUE"),
        ("id BLOB PRIMARY KEY NOT NULL, t TEXT REFERENCES n(id)", "FOREIGN KEY"),
    ])
    func undeclaredConstraintsAreRefused(columns: String, constraint: String) throws {
        #expect(
            throws: SchemaError.undeclaredConstraint(table: "n", constraint: constraint)
        ) { try Self.open(columns) }
    }

    // Goal: only a 16-byte key column will do.
    @Test(arguments: [
        "id INTEGER PRIMARY KEY, t TEXT", "id BLOB NOT NULL, t TEXT", "id BLOB PRIMARY KEY, t TEXT",
        "id BLOB NOT NULL, t TEXT, PRIMARY KEY(id, t)",
    ])
    func otherKeysAreRefused(columns: String) throws {
        #expect(throws: SchemaError.unsuitableKey(table: "n")) { try Self.open(columns) }
    }

    // Goal: a declared table or column that is not there is named.
    @Test func whatIsMissingIsNamed() throws {
        #expect(throws: SchemaError.missingColumn(table: "n", column: "t")) {
            try Self.open("id BLOB PRIMARY KEY NOT NULL")
        }
    }

    // Goal: ids at their limits are taken, past them refused.
    @Test func idsHaveLimits() throws {
        func schema(table: TableID, column: ColumnID) throws -> SyncSchema {
            try SyncSchema(tables: [
                SyncedTable("n", id: table, columns: [SyncedColumn("t", id: column)])
            ])
        }
        #expect(try schema(table: 249, column: 60).tables.count == 1)
        for (table, column): (TableID, ColumnID) in [(250, 1), (0, 1), (1, 61), (1, 0)] {
            #expect(throws: SchemaError.outOfRange(table: "n")) {
                try schema(table: table, column: column)
            }
        }
    }

    private static func open(_ columns: String) throws {
        let folder = try TemporaryFolder()
        var migrator = DatabaseMigrator()
        migrator.registerMigration("n") { try $0.execute(sql: "CREATE TABLE n(\(columns))") }
        _ = try SyncStore(
            path: folder.path("n.sqlite"),
            schema: try SyncSchema(tables: [
                SyncedTable("n", id: 1, columns: [SyncedColumn("t", id: 1)])
            ]), migrator: migrator, environment: SimulatedTime(seed: 1).environment())
    }
}
