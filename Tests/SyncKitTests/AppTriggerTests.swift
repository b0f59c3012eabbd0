import GRDB
import SyncKit
import TestSupport
import Testing

/// An app's own triggers work in the store's writes, and what they write is captured.
@Suite struct AppTriggerTests {
    private static let key = "x'000102030405060708090a0b0c0d0e0f'"

    // Goal: a persistent trigger made in a write works from the next write on; what it writes to
    // synced tables reaches the other store, and merging does not run it there.
    @Test func aTriggersWritesAreCaptured() throws {
        let bench = try MergeBench(seed: 61)
        let (store, other) = (try bench.open(), try bench.open())
        let trigger = """
            CREATE TRIGGER app_touch AFTER UPDATE OF title ON items BEGIN
            UPDATE items SET plays = plays + 1 WHERE id = NEW.id;
            INSERT INTO tags(item, tag) VALUES(NEW.id, NEW.title); END
            """
        for store in [store, other] { try store.run(trigger) }
        try store.run("INSERT INTO items(id, title) VALUES(\(Self.key), 'a')")
        try store.run("UPDATE items SET title = 'b'")
        try store.run("UPDATE items SET title = 'c'")
        #expect(try store.value("SELECT plays FROM items") == 2)
        #expect(try store.value("SELECT count(*) FROM tags") == 2)
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try other.pendingChangeCount() == 0)
        try store.run("DROP TRIGGER app_touch")
        try store.run("UPDATE items SET title = 'd'")
        #expect(try store.value("SELECT plays FROM items") == 2)
    }

    // Goal: so does a trigger of this connection alone.
    @Test func aTemporaryTriggersWritesAreCaptured() throws {
        let bench = try MergeBench(seed: 62)
        let (store, other) = (try bench.open(), try bench.open())
        try store.run(
            """
            CREATE TEMP TRIGGER app_tag AFTER INSERT ON main.items BEGIN
            INSERT INTO tags(item, tag) VALUES(NEW.id, 'fresh'); END
            """)
        try store.run("INSERT INTO items(id, title) VALUES(\(Self.key), 'a')")
        #expect(try store.value("SELECT tag FROM tags") == "fresh")
        #expect(try store.pendingChangeCount() == 2)
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
    }

    // Goal: a transaction that triggers capture over many milliseconds is one transaction with
    // the right rows.
    @Test func aLongWriteWithTriggersIsOne() throws {
        let bench = try MergeBench(seed: 63)
        let (store, other) = (try bench.open(), try bench.open())
        try store.run(
            "CREATE TRIGGER app_none AFTER DELETE ON tags BEGIN SELECT 1; END")
        try store.run("INSERT INTO items(id, title) VALUES(\(Self.key), 'a')")
        try store.write { db in
            for number in 0..<3000 {
                try db.execute(
                    sql: "INSERT INTO tags(tag) VALUES(?); UPDATE items SET title = ?",
                    arguments: [number, number])
                if number % 3 == 0 {
                    try db.execute(
                        sql: "UPDATE tags SET tag = 'old' WHERE tag = ?", arguments: [number / 2])
                }
            }
        }
        let stamps: Int? = try store.value("SELECT count(*) FROM sync_stamps")
        #expect(stamps == 2)
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
    }

    // Goal: a full-text index that triggers keep in step follows the store's own writes.
    @Test func aFullTextIndexFollowsWrites() throws {
        let bench = try MergeBench(seed: 64)
        let store = try bench.open()
        try store.run(
            """
            CREATE VIRTUAL TABLE found USING fts5(title);
            CREATE TRIGGER app_in AFTER INSERT ON items BEGIN
            INSERT INTO found(rowid, title) VALUES(NEW._rowid_, NEW.title); END;
            CREATE TRIGGER app_out AFTER DELETE ON items BEGIN
            DELETE FROM found WHERE rowid = OLD._rowid_; END;
            CREATE TRIGGER app_change AFTER UPDATE OF title ON items BEGIN
            UPDATE found SET title = NEW.title WHERE rowid = NEW._rowid_; END;
            """)
        try store.run("INSERT INTO items(id, title) VALUES(\(Self.key), 'a red boat')")
        try store.run("UPDATE items SET title = 'a blue boat'")
        let blue = "SELECT count(*) FROM found WHERE found MATCH 'blue'"
        #expect(try store.value(blue) == 1)
        #expect(try store.pendingChangeCount() == 1)
        try store.run("DELETE FROM items")
        #expect(try store.value(blue) == 0)
    }
}
