import SyncKit
import TestSupport
import Testing

/// A log of any length is folded in bounded memory, and nothing of it is missed.
@Suite struct CompactionTests {
    // Goal: more writes than are held at once are folded all the same: another replica gets every
    // cell, and both count the same digest.
    // Method: two columns of so many rows that the log is read twice; some rows are deleted
    // between the writes.
    @Test func aLongLogIsFoldedInParts() throws {
        let bench = try MergeBench(seed: 81)
        let (first, second) = (try bench.open(), try bench.open())
        let rows = Limits.heldColumnWrites / 2 + 1000
        try first.run(
            """
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
            LIMIT \(rows)) INSERT INTO items(id, title) SELECT randomblob(16), n FROM numbers
            """)
        try bench.deliver(try bench.sealAll(first), to: second)
        try first.run("UPDATE items SET title = rowid || ' edited'")
        try first.run("DELETE FROM items WHERE rowid % 1000 = 0")
        try first.run("UPDATE items SET best = rowid % 7")
        #expect(try first.pendingChangeCount() == rows)
        try bench.deliver(try bench.sealAll(first), to: second)
        #expect(try Workshop.contents(of: second) == Workshop.contents(of: first))
        #expect(try second.storedDigest() == first.storedDigest())
        #expect(try second.value("SELECT count(*) FROM items") == rows - rows / 1000)
        #expect(
            try second.value(
                """
                SELECT count(*) FROM items WHERE title NOT LIKE '% edited' OR best IS NULL
                """) == 0)
    }
}
