import GRDB
import SyncKit
import TestSupport
import Testing

/// Triggers that are declared local run while changes are merged, so that what they keep in step
/// stays in step.
@Suite struct MergeTimeTriggerTests {
    private static let names = ["app_in", "app_out", "app_change"]

    /// A full-text index with the rows as external content, as SQLite's manual shows it.
    private static let index = """
        CREATE VIRTUAL TABLE found USING fts5(title, content = 'items', content_rowid = 'rowid');
        CREATE TRIGGER app_in AFTER INSERT ON items BEGIN
        INSERT INTO found(rowid, title) VALUES(NEW.rowid, NEW.title); END;
        CREATE TRIGGER main.app_out AFTER DELETE ON items BEGIN
        INSERT INTO found(found, rowid, title) VALUES('delete', OLD.rowid, OLD.title); END;
        CREATE TRIGGER IF NOT EXISTS "app_change" AFTER UPDATE OF title ON items BEGIN
        INSERT INTO found(found, rowid, title) VALUES('delete', OLD.rowid, OLD.title);
        INSERT INTO found(rowid, title) VALUES(NEW.rowid, NEW.title); END;
        """

    private static func open(
        _ path: String, _ bench: MergeBench, local: [String] = names
    ) throws -> SyncStore {
        var migrator = Workshop.migrator
        migrator.registerMigration("search") { try $0.execute(sql: index) }
        return try SyncStore(
            path: path,
            schema: try SyncSchema(tables: try Workshop.schema().tables, mergeTimeTriggers: local),
            migrator: migrator, environment: bench.time.environment(),
            configuration: Workshop.unsafeConfiguration)
    }

    private static func found(_ word: String, in store: SyncStore) throws -> Int? {
        try store.value("SELECT count(*) FROM found WHERE found MATCH '\(word)'")
    }

    // Goal: a search index kept by triggers finds merged rows as well as own ones.
    // Method: inserts, updates and deletes on one replica, merged by another; SQLite compares the
    // index with the rows.
    @Test func aSearchIndexFollowsMerges() throws {
        let bench = try MergeBench(seed: 81)
        let folder = try TemporaryFolder()
        let store = try Self.open(folder.path("a"), bench)
        let other = try Self.open(folder.path("b"), bench)
        for step in [
            """
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 50)
            INSERT INTO items(id, title) SELECT randomblob(16), 'boat number' || n FROM numbers
            """,
            "UPDATE items SET title = 'a blue ship' WHERE _rowid_ % 3 = 0",
            "DELETE FROM items WHERE _rowid_ % 5 = 0",
        ] {
            try store.run(step)
            try bench.deliver([try bench.seal(store)], to: other)
            try other.run("INSERT INTO found(found, rank) VALUES('integrity-check', 1)")
            for word in ["boat", "blue", "ship"] {
                #expect(try Self.found(word, in: other) == (try Self.found(word, in: store)))
            }
        }
        #expect(try Self.found("ship", in: other) == 13)
        // The other's own writes reach the index once, and come back.
        try other.run("UPDATE items SET title = 'a red raft' WHERE title = 'a blue ship'")
        try other.run("INSERT INTO found(found, rank) VALUES('integrity-check', 1)")
        try bench.deliver([try bench.seal(other)], to: store)
        #expect(try Self.found("raft", in: store) == 13)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try other.value("SELECT count(*) FROM sqlite_temp_master") == 0)
    }

    // Goal: a merge that is undone undoes what the triggers wrote, and the next one runs them.
    @Test func anUndoneMergeUndoesTheIndex() throws {
        let bench = try MergeBench(seed: 82)
        let folder = try TemporaryFolder()
        let store = try Self.open(folder.path("a"), bench)
        let other = try Self.open(folder.path("b"), bench)
        try store.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'one boat')")
        let segment = try bench.seal(store)
        let cursor = try other.cursor()
        let twice = [
            SequencedSegment(sequence: cursor + 1, bytes: segment.bytes),
            SequencedSegment(sequence: cursor + 1, bytes: segment.bytes),
        ]
        #expect(throws: StoreError.self) { _ = try other.apply(twice, with: bench.sealer) }
        #expect(try Self.found("boat", in: other) == 0)
        try bench.deliver([segment], to: other)
        #expect(try Self.found("boat", in: other) == 1)
    }

    // Goal: a trigger that is declared and not there is refused when the store is opened, also
    // where nothing else has changed; one that goes later is missed by nobody.
    @Test func aMissingTriggerIsRefused() throws {
        let bench = try MergeBench(seed: 83)
        let folder = try TemporaryFolder()
        let path = folder.path("a")
        _ = try Self.open(path, bench)
        #expect(throws: SchemaError.missingTrigger("app_none")) {
            _ = try Self.open(path, bench, local: ["app_none"])
        }
        let store = try Self.open(folder.path("b"), bench)
        let other = try Self.open(path, bench)
        try other.run("DROP TRIGGER app_in")
        try store.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'one boat')")
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Self.found("boat", in: other) == 0)
        #expect(throws: SchemaError.repeated("local trigger")) {
            _ = try SyncSchema(tables: [], mergeTimeTriggers: ["a", "A"])
        }
    }
}
