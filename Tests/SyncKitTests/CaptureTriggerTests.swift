import Crypto
import GRDB
import SyncKit
import TestSupport
import Testing

/// The triggers that capture other programs' writes are just those that the schema asks for.
@Suite struct CaptureTriggerTests {
    private let folder: TemporaryFolder
    private let time = SimulatedTime(seed: 181)

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Opens the store with `notes` under a name; `isColored` adds a column to it.
    private func open(notes name: String = "notes", isColored: Bool = false) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") {
            try $0.execute(
                sql: """
                    CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL, body);
                    CREATE TABLE tags(id BLOB PRIMARY KEY NOT NULL, tag)
                    """)
        }
        if name != "notes" {
            migrator.registerMigration("2") {
                try $0.execute(sql: "ALTER TABLE notes RENAME TO \(name)")
            }
        }
        if isColored {
            migrator.registerMigration("3") {
                try $0.execute(sql: "ALTER TABLE \(name) ADD COLUMN color")
            }
        }
        let color = isColored ? [SyncedColumn("color", id: 2)] : []
        return try SyncStore(
            path: path,
            schema: SyncSchema(tables: [
                SyncedTable(name, id: 1, columns: [SyncedColumn("body", id: 1)] + color),
                SyncedTable("tags", id: 2, columns: [SyncedColumn("tag", id: 1)]),
            ]),
            migrator: migrator, environment: time.environment())
    }

    private var path: String { folder.path("store.db") }

    // Goal: a table that was renamed is captured once, not by the triggers of its old name too.
    @Test func aRenamedTableIsCapturedOnce() throws {
        _ = try open()
        let store = try open(notes: "letters")
        try Shell.sqlite(path, "INSERT INTO letters VALUES(zeroblob(16), 'a')")
        #expect(try store.value("SELECT count(*) FROM sync_external_changes") == 1)
        #expect(try store.pendingChangeCount() == 1)
        #expect(try store.diagnose().isHealthy)
    }

    // Goal: the text of the triggers changes only with `CaptureTriggers.version`: then stores that
    // have older ones get the new ones.
    @Test func theirTextHasAVersion() throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") {
            try $0.execute(
                sql: """
                    CREATE TABLE lists(id BLOB PRIMARY KEY NOT NULL, name UNIQUE);
                    CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL, body, origin, best,
                    plays INTEGER NOT NULL DEFAULT 0, list REFERENCES lists(id));
                    """)
        }
        let lists = SyncedTable(
            "lists", id: 1, columns: [SyncedColumn("name", id: 1)], unique: [["name"]])
        let notes = SyncedTable(
            "notes", id: 2,
            columns: [
                SyncedColumn("body", id: 1), SyncedColumn("origin", id: 2, .firstWriter),
                SyncedColumn("best", id: 3, .maximum), SyncedColumn("plays", id: 4, .counter),
                SyncedColumn("list", id: 5),
            ], references: [SyncedReference("list", to: "lists", onDelete: .setNull)])
        let store = try SyncStore(
            path: path, schema: SyncSchema(tables: [lists, notes]), migrator: migrator,
            environment: time.environment())
        let text = try store.read {
            try String.fetchAll(
                $0, sql: "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
        }.joined(separator: "\n")
        let digest = SHA256.hash(data: Array(text.utf8)).prefix(8)
            .map { String($0, radix: 16) }.joined(separator: " ")
        #expect(
            digest == "66 8d ee 7a 83 6e b6 6b",
            "raise the version with the text, and change this digest with it")
    }

    // Goal: a new column of one table leaves the triggers of the others as they are.
    @Test func aNewColumnChangesItsOwnTableOnly() throws {
        let triggers = """
            SELECT group_concat(rowid || name) FROM sqlite_master
            WHERE type = 'trigger' AND tbl_name = 'tags'
            """
        let before: String? = try open().value(triggers)
        let store = try open(isColored: true)
        #expect(try store.value(triggers) == before && before != nil)
        try Shell.sqlite(path, "INSERT INTO notes VALUES(zeroblob(16), 'a', 'red')")
        try Shell.sqlite(path, "UPDATE notes SET color = 'blue'")
        #expect(try store.value("SELECT max(columns) FROM sync_external_changes") == 1 << 2)
    }

    // Goal: the doctor notices a trigger that somebody changed, and puts the right one back.
    @Test func aChangedTriggerIsNoticedAndMended() throws {
        let store = try open()
        try Shell.sqlite(
            path,
            """
            DROP TRIGGER sync_notes_insert;
            CREATE TRIGGER sync_notes_insert AFTER INSERT ON notes BEGIN SELECT 1; END
            """)
        #expect(try store.diagnose().missingTriggers == ["notes"])
        try store.repair()
        #expect(try store.diagnose().isHealthy)
        try Shell.sqlite(path, "INSERT INTO notes VALUES(zeroblob(16), 'a')")
        #expect(try store.pendingChangeCount() == 1)
    }
}
