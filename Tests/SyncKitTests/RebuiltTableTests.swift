import GRDB
import SyncKit
import TestSupport
import Testing

/// A migration that builds a table anew moves its rows; clocks and log follow.
@Suite struct RebuiltTableTests {
    /// What happens before the last writes, and who makes them.
    enum Before {
        case nothing
        case sync
        case otherProgram
    }

    // Goal: what was written and not folded before such a migration is known as it was, also rows
    // that began and ended in it.
    // Method: the same writes with and without the migration; other devices and the doctor agree.
    @Test(
        arguments: [
            "INSERT OR REPLACE INTO notes(id, text) VALUES(x'\(key)', 'again')",
            "DELETE FROM notes",
            "DELETE FROM notes; INSERT INTO notes(id, text) VALUES(randomblob(16), 'new')",
            "UPDATE notes SET text = 'changed'",
        ], [Before.nothing, .sync, .otherProgram])
    func whatWasNotFoldedIsKnown(sql: String, before: Before) async throws {
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: 191)
        let server = SimulatedServer(time: time, seed: 191)
        let paths = (0..<2).map { folder.path("\($0).sqlite") }
        var stores = try paths.map { try Self.open($0, version: 1, time) }
        // The rows before it are gone, so that places are closer together afterwards.
        try stores[0].run(
            """
            INSERT INTO notes(id, text) VALUES(randomblob(16), 'gone');
            INSERT INTO notes(id, text) VALUES(x'\(Self.key)', 'first')
            """)
        try stores[0].run("DELETE FROM notes WHERE text = 'gone'")
        switch before {
        case .nothing: try stores[0].run(sql)
        case .sync:
            _ = try await Pair.synchronizer(stores[0], server.transport(for: 0)).run()
            try stores[0].run(sql)
        case .otherProgram:
            _ = try await Pair.synchronizer(stores[0], server.transport(for: 0)).run()
            try Shell.sqlite(paths[0], sql)
        }
        stores[0] = try Self.open(paths[0], version: 2, time)
        #expect(try stores[0].diagnose().isHealthy)
        for index in [0, 1, 0] {
            let report = try await Pair.synchronizer(
                stores[index], server.transport(for: index)
            ).run()
            #expect(!report.repaired)
        }
        #expect(try stores[0].storedDigest() == stores[1].storedDigest())
        let contents = "SELECT group_concat(hex(id) || text) FROM notes"
        let (first, second): (String?, String?) = (
            try stores[0].value(contents), try stores[1].value(contents)
        )
        #expect(first == second)
    }

    // Goal: the same where the migration gives the table another name besides.
    @Test func aTableMayBeRenamedToo() async throws {
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: 192)
        let server = SimulatedServer(time: time, seed: 192)
        let paths = (0..<2).map { folder.path("\($0).sqlite") }
        var stores = try paths.map { try Self.open($0, version: 1, time) }
        try stores[0].run(
            """
            INSERT INTO notes(id, text) VALUES(randomblob(16), 'gone');
            INSERT INTO notes(id, text) VALUES(x'\(Self.key)', 'first'), (zeroblob(16), 'second')
            """)
        try stores[0].run("DELETE FROM notes WHERE text = 'gone'")
        for index in [0, 1] {
            _ = try await Pair.synchronizer(stores[index], server.transport(for: index)).run()
        }
        try stores[1].run("UPDATE notes SET text = 'edited' WHERE text = 'first'")
        stores = try paths.map { try Self.open($0, version: 2, name: "remarks", time) }
        for store in stores { #expect(try store.diagnose().isHealthy) }
        for index in [1, 0, 1] {
            let report = try await Pair.synchronizer(
                stores[index], server.transport(for: index)
            ).run()
            #expect(!report.repaired && report.rowsDated == 0)
        }
        #expect(try stores[0].storedDigest() == stores[1].storedDigest())
        for store in stores {
            let texts: String? = try store.value(
                "SELECT group_concat(text) FROM (SELECT text FROM remarks ORDER BY text)")
            #expect(texts == "edited,second")
        }
    }

    private static let key = "000102030405060708090a0b0c0d0e0f"

    private static func open(
        _ path: String, version: Int, name: String = "notes", _ time: SimulatedTime
    ) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        let table = "(id BLOB PRIMARY KEY NOT NULL, text TEXT)"
        migrator.registerMigration("1") { try $0.execute(sql: "CREATE TABLE notes\(table)") }
        if version > 1 {
            migrator.registerMigration("2") { db in
                try db.execute(
                    sql: """
                        CREATE TABLE new_notes\(table);
                        INSERT INTO new_notes(id, text) SELECT id, text FROM notes;
                        DROP TABLE notes;
                        ALTER TABLE new_notes RENAME TO \(name);
                        """)
            }
        }
        return try SyncStore(
            path: path,
            schema: try SyncSchema(tables: [
                SyncedTable(name, id: 1, columns: [SyncedColumn("text", id: 1)])
            ]), migrator: migrator, environment: time.environment())
    }
}
