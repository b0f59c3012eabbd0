import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Every kind of statement is captured, on the store's own connection and in another program.
@Suite struct WriteKindTests {
    private static func key(_ row: Int) -> String {
        "x'" + String(repeating: "0", count: 31) + "\(row)'"
    }

    static let statements = [
        """
        INSERT INTO items(id, title) VALUES(\(key(1)), 'up') ON CONFLICT(id)
        DO UPDATE SET title = excluded.title || title
        """,
        "INSERT INTO items(id, title) VALUES(\(key(9)), 'up') ON CONFLICT DO NOTHING",
        "INSERT INTO items(id, title) VALUES(\(key(1)), 'up') ON CONFLICT DO NOTHING",
        "INSERT OR REPLACE INTO items(id, title) VALUES(\(key(2)), 'again')",
        "REPLACE INTO items(id) VALUES(\(key(1))), (\(key(7))), (\(key(7)))",
        "UPDATE OR REPLACE items SET title = 'x', plays = plays + 2",
        "DELETE FROM items",
        "DELETE FROM items WHERE title = 'two'",
        "INSERT INTO items(id, title, plays) SELECT randomblob(16), title, plays FROM items",
        "INSERT INTO items(id, title) SELECT id, 'gone' FROM items WHERE 0",
        "INSERT OR IGNORE INTO items(id, title) SELECT id, 'no' FROM items",
        "UPDATE items SET title = title",
        "UPDATE items SET origin = 'first', best = 3 WHERE id = \(key(3))",
        """
        WITH many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 300)
        INSERT INTO items(id, title) SELECT randomblob(16), n FROM many
        """,
        "UPDATE items SET title = tag FROM (SELECT 'joined' AS tag)",
        "DELETE FROM items WHERE id IN (SELECT id FROM items ORDER BY id DESC LIMIT 2)",
        "INSERT INTO tags(item, tag) SELECT id, title FROM items; DELETE FROM items",
        "DELETE FROM items; INSERT INTO items(id, title) VALUES(\(key(2)), 'new life')",
        "DROP TABLE IF EXISTS missing; CREATE INDEX by_title ON items(title)",
    ]

    // Goal: after each statement the other store becomes equal; the store captures it as a hook,
    // another program by triggers, and a store with triggers of the app by triggers too.
    @Test(arguments: statements, ["store", "other program", "app triggers"])
    func everyStatementIsCaptured(sql: String, writer: String) throws {
        let bench = try MergeBench(seed: 51)
        let (store, other) = (try bench.open(), try bench.open())
        try store.run(
            """
            INSERT INTO items(id, title, plays) VALUES(\(Self.key(1)), 'one', 1),
            (\(Self.key(2)), 'two', 2), (\(Self.key(3)), 'three', 3)
            """)
        try bench.deliver([try bench.seal(store)], to: other)
        switch writer {
        case "store": try store.run(sql)
        case "app triggers":
            try store.run(
                """
                CREATE TABLE log(entry);
                CREATE TRIGGER app_log BEFORE INSERT ON items BEGIN
                INSERT INTO log VALUES(NEW.title); INSERT INTO tags(tag) VALUES('made'); END;
                """)
            try store.run(sql)
        default: try Shell.sqlite(store.path, sql)
        }
        if try store.pendingChangeCount() > 0 {
            try bench.deliver([try bench.seal(store)], to: other)
        }
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try store.storedDigest() == other.storedDigest())
    }

    // Goal: rows changed by a statement whose result is still being read are captured, whatever
    // runs meanwhile.
    @Test func rowsReturnedOneByOneAreCaptured() throws {
        let bench = try MergeBench(seed: 52)
        let (store, other) = (try bench.open(), try bench.open())
        try store.write { db in
            let inserted = try Row.fetchCursor(
                db,
                sql: """
                    INSERT INTO items(id, title) VALUES(\(Self.key(1)), 'a'), (\(Self.key(2)), 'b')
                    RETURNING id
                    """)
            while let row = try inserted.next() {
                #expect(throws: DatabaseError.self) {
                    try db.execute(sql: "INSERT INTO items(id, plays) VALUES(x'00', NULL)")
                }
                let id: Data = row["id"]
                try db.execute(sql: "INSERT INTO tags(item) VALUES(?)", arguments: [id])
            }
        }
        try store.write { db in
            let titles = try String.fetchOne(
                db, sql: "UPDATE items SET title = title || '!' RETURNING title")
            #expect(titles == "a!")
        }
        #expect(try store.pendingChangeCount() == 4)
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try Workshop.contents(of: other).count == 4)
    }

    // Goal: a table of the same name in another database is none of ours.
    @Test func anAttachedDatabaseIsLeftAlone() throws {
        let bench = try MergeBench(seed: 53)
        let folder = try TemporaryFolder()
        let path = folder.path("attached.sqlite")
        try Shell.sqlite(path, "CREATE TABLE items(id BLOB, title)")
        var configuration = Workshop.unsafeConfiguration
        configuration.prepareDatabase { try $0.execute(sql: "ATTACH '\(path)' AS beside") }
        let store = try Workshop.open(
            folder.path("store.sqlite"), bench.time.environment(), configuration)
        try store.run(
            """
            INSERT INTO beside.items VALUES(zeroblob(3), 'theirs');
            CREATE TEMP TABLE tags(id, tag); INSERT INTO temp.tags VALUES(1, 'mine');
            """)
        #expect(try store.pendingChangeCount() == 0)
        try store.run("INSERT INTO main.items(id, title) VALUES(zeroblob(16), 'ours')")
        #expect(try store.pendingChangeCount() == 1)
    }

    // Goal: two stores on one file, as two programs have them, write in turn with others; nothing
    // is missed and no two transactions share a stamp.
    @Test(arguments: SeededGenerator.seeds(4))
    func twoStoresOnOneFile(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bench = try MergeBench(seed: seed)
        let other = try bench.open()
        let first = try bench.open()
        let second = try Workshop.open(first.path, bench.time.environment())
        for round in 0..<60 {
            let store = generator.oneIn(2) ? first : second
            switch generator.below(5) {
            case 0: try Shell.sqlite(first.path, "INSERT INTO tags(tag) VALUES('\(round)')")
            case 1: try bench.sealAll(store).forEach { try bench.deliver([$0], to: other) }
            case 2: try store.run("DELETE FROM items WHERE id = \(Self.key(generator.below(4)))")
            default:
                try store.run(
                    """
                    INSERT INTO items(id, title) VALUES(\(Self.key(generator.below(4))), \(round))
                    ON CONFLICT DO UPDATE SET title = excluded.title
                    """)
            }
        }
        try bench.sealAll(first).forEach { try bench.deliver([$0], to: other) }
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: first)))
        #expect(try Workshop.contents(of: second) == (try Workshop.contents(of: first)))
        let shared: Int? = try first.value(
            "SELECT count(*) - count(DISTINCT time || '·' || replica) FROM sync_stamps")
        #expect(shared == 0, "seed \(seed)")
    }
}
