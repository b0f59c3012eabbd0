import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// Every write to a synced table is captured, whichever program makes it.
@Suite struct CaptureTests {
    // Goal: inserts, edits, replacements and deletes by the sqlite3 shell reach another replica,
    // dated when they were made.
    @Test func theShellsWritesReachAnotherReplica() async throws {
        let pair = try Pair()
        try Shell.sqlite(
            pair.firstPath,
            """
            INSERT INTO pictures(id, title, width)
            VALUES(x'000102030405060708090a0b0c0d0e0f', 'Réa', 3);
            INSERT INTO pictures(id, title) VALUES(randomblob(16), 'short-lived');
            UPDATE pictures SET width = 4 WHERE title = 'Réa';
            INSERT OR REPLACE INTO pictures(id, title, width, data)
            SELECT id, 'Réa II', 5, x'00ff' FROM pictures WHERE title = 'Réa';
            DELETE FROM pictures WHERE title = 'short-lived';
            INSERT INTO tags(picture, tag) SELECT id, 'ink' FROM pictures;
            """)
        #expect(try pair.first.pendingChangeCount() == 3)
        try await pair.exchange()
        let contents = try Gallery.contents(of: pair.second)
        #expect(contents == (try Gallery.contents(of: pair.first)))
        #expect(contents.count == 2)
        #expect(contents.first?.hasSuffix("'Réa II'5NULLX'00FF'") == true)
    }

    // Goal: a write that changes nothing costs nothing, and columns that are not declared stay.
    @Test func onlyRealChangesOfDeclaredColumnsAreCaptured() async throws {
        let pair = try Pair()
        try pair.first.write {
            try $0.execute(sql: "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'a')")
        }
        try await pair.exchange()
        try pair.first.write {
            try $0.execute(sql: "UPDATE pictures SET title = 'a', seen_here = 7")
        }
        #expect(try pair.first.pendingChangeCount() == 0)
        try pair.first.write {
            try $0.execute(sql: "UPDATE pictures SET title = CAST('a' AS BLOB)")
        }
        #expect(try pair.first.pendingChangeCount() == 1)
    }

    // Goal: what the engine cannot sync is refused to every program, with words that say why.
    @Test(arguments: [
        ("INSERT INTO pictures(id) VALUES(x'01')", "blob of 16 bytes"),
        ("INSERT INTO pictures(id) VALUES('0123456789abcdef')", "blob of 16 bytes"),
        ("UPDATE pictures SET id = randomblob(16)", "never changes"),
        ("UPDATE pictures SET data = zeroblob(393217)", "at most 393216 bytes"),
        (
            "INSERT INTO pictures(id, title, data) VALUES(randomblob(16), 'a', zeroblob(393216))",
            "at most 393216 bytes"
        ),
    ])
    func whatCannotSyncIsRefused(statement: String, reason: String) throws {
        let pair = try Pair()
        try Shell.sqlite(pair.firstPath, "INSERT INTO pictures(id) VALUES(zeroblob(16))")
        let output = try Shell.sqlite(pair.firstPath, statement, expecting: 19)
        #expect(output.contains(reason))
        try Shell.sqlite(pair.firstPath, "UPDATE pictures SET data = zeroblob(393216)")
    }

    // Goal: a transaction that is rolled back leaves nothing to send.
    @Test func aFailedTransactionLeavesNothing() throws {
        struct Stop: Error {}
        let pair = try Pair()
        #expect(throws: Stop.self) {
            try pair.first.write { db in
                try db.execute(sql: "INSERT INTO pictures(id) VALUES(zeroblob(16))")
                throw Stop()
            }
        }
        #expect(try pair.first.pendingChangeCount() == 0)
    }

    // Goal: rows that were there before their table was synced are adopted.
    @Test func rowsFromBeforeAreAdopted() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("old.sqlite")
        try Shell.sqlite(
            path,
            """
            CREATE TABLE notes(id BLOB PRIMARY KEY NOT NULL, text TEXT);
            INSERT INTO notes VALUES(zeroblob(16), 'old');
            """)
        let schema = try SyncSchema(tables: [
            SyncedTable("notes", id: 9, columns: [SyncedColumn("text", id: 1)])
        ])
        let store = try SyncStore(
            path: path, schema: schema, migrator: DatabaseMigrator(),
            environment: SimulatedTime(seed: 1).environment())
        #expect(try store.pendingChangeCount() == 1)
    }

    // Goal: a merge is not captured as a local write: nothing goes round in circles.
    @Test func mergedChangesAreNotSentAgain() async throws {
        let pair = try Pair()
        try pair.first.write {
            try $0.execute(sql: "INSERT INTO pictures(id, title) VALUES(zeroblob(16), 'a')")
        }
        try await pair.exchange()
        #expect(try pair.second.pendingChangeCount() == 0)
        #expect(pair.server.segments.count == 1)
    }
}
