import GRDB
import SyncKit
import TestSupport
import Testing

/// A transaction that fails leaves a store that goes on working.
@Suite struct FailedTransactionTests {
    // Goal: after a commit that SQLite refuses, the store writes, merges and counts as before.
    // Method: a deferred foreign key of the app's own, which SQLite looks at when it commits.
    @Test func afterARefusedCommitWritesGoOn() throws {
        let bench = try MergeBench(seed: 91)
        let (store, other) = (try bench.open(), try bench.open())
        try store.run(
            """
            CREATE TABLE parents(n INTEGER PRIMARY KEY);
            CREATE TABLE children(parent REFERENCES parents(n) DEFERRABLE INITIALLY DEFERRED);
            """)
        for _ in 0..<2 {
            #expect(throws: DatabaseError.self) {
                try store.run(
                    """
                    INSERT INTO items(id, title) VALUES(randomblob(16), 'undone');
                    INSERT INTO children VALUES(7);
                    """)
            }
        }
        try store.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'kept')")
        #expect(try store.pendingChangeCount() == 1)
        try bench.deliver([try bench.seal(store)], to: other)
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try Workshop.contents(of: other).count == 1)
    }

    // Goal: after a write that found the database locked by another program, the next one works.
    @Test func afterALockWritesGoOn() throws {
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: 92)
        var configuration = Workshop.unsafeConfiguration
        configuration.busyMode = .immediateError
        let path = folder.path("a.sqlite")
        let store = try Workshop.open(path, time.environment(), configuration)
        let program = try DatabaseQueue(path: path)
        try program.write { _ in
            for _ in 0..<2 {
                #expect(throws: DatabaseError.self) { try store.run("DELETE FROM items") }
            }
        }
        try store.run("INSERT INTO items(id, title) VALUES(randomblob(16), 'kept')")
        #expect(try store.pendingChangeCount() == 1)
    }
}
