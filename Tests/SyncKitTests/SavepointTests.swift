import GRDB
import SyncKit
import TestSupport
import Testing

/// What a statement or a savepoint undoes is not sent; everything else is.
@Suite struct SavepointTests {
    /// SQL run in one write on rows 1, 2 and 3, and the rows that then have another title.
    struct Case: Sendable, CustomTestStringConvertible {
        let sql: String
        let changed: Set<Int>

        init(_ sql: String, _ changed: Set<Int>) {
            (self.sql, self.changed) = (sql, changed)
        }

        var testDescription: String { sql }

        /// U1 stands for an update of row 1.
        var statements: String {
            (1...3).reduce(sql) { sql, row in
                sql.replacing(
                    "U\(row);",
                    with: "UPDATE items SET title = 'new' WHERE id = \(SavepointTests.key(row));")
            }
        }
    }

    static let cases = [
        Case("SAVEPOINT s; U1; ROLLBACK TO s; RELEASE s", []),
        Case("SAVEPOINT s; U1; RELEASE s", [1]),
        Case("U1; SAVEPOINT s; U2; ROLLBACK TO s; U3; RELEASE s", [1, 3]),
        Case("SAVEPOINT a; U1; SAVEPOINT b; U2; ROLLBACK TO a; U3; RELEASE a", [3]),
        Case("SAVEPOINT a; U1; SAVEPOINT b; U2; RELEASE b; ROLLBACK TO a; RELEASE a", []),
        Case("SAVEPOINT a; U1; SAVEPOINT a; U2; ROLLBACK TO a; RELEASE a; RELEASE a", [1]),
        Case("SAVEPOINT a; U1; SAVEPOINT a; U2; RELEASE a; ROLLBACK TO a; RELEASE a", []),
        Case("SAVEPOINT a; U1; ROLLBACK TO a; U2; ROLLBACK TO a; U3; RELEASE a", [3]),
        Case("SAVEPOINT A; U1; rollback transaction to savepoint a; release savepoint A", []),
        Case(
            #"SAVEPOINT "my one"; U1; SAVEPOINT "your one"; U2; ROLLBACK TO "My one"; U3;"#, [3]),
        Case(#"SAVEPOINT "a""b"; U1; SAVEPOINT "ab"; U2; ROLLBACK TO "a""b""#, []),
        Case("SAVEPOINT [a b]; U1; SAVEPOINT `c``d`; U2; ROLLBACK TO 'a b'", []),
        Case("SAVEPOINT 'release'; U1; ROLLBACK TO 'release'; U2;", [2]),
        Case("SAVEPOINT é; U1; SAVEPOINT É; U2; ROLLBACK TO é; U3;", [3]),
        Case(";\t SAVEPOINT a; U1;\t\r\n\u{c}ROLLBACK TO a", []),
        Case("/* SAVEPOINT x */ SAVEPOINT/**/a--c\n; U1; --\nROLLBACK/* a */TO a /* b */;", []),
        Case("SAVEPOINT\"a\"; U1; ROLLBACK TO[a]", []),
        Case("SAVEPOINT a; DELETE FROM items; ROLLBACK TO a; U1;", [1]),
        Case("SAVEPOINT a; UPDATE items SET title = 'x'; ROLLBACK TO a; U2; U3;", [2, 3]),
        Case("U1; SAVEPOINT a; UPDATE items SET title = 'x'; ROLLBACK TO a;", [1]),
    ]

    // Goal: after any nest of savepoints exactly the rows that differ are pending.
    @Test(arguments: cases)
    func exactlyWhatStaysIsPending(_ test: Case) throws {
        let bench = try MergeBench(seed: 31)
        let (store, other) = try Self.twoStores(bench)
        try store.run(test.statements)
        try Self.expect(test.changed, store, other, bench)
    }

    /// Statements in one write, each with whether it fails.
    static let failures: [([(sql: String, fails: Bool)], Set<Int>)] = [
        ([("UPDATE items SET title = 'new', plays = iif(id > \(key(2)), NULL, plays)", true)], []),
        ([("U1;", false), ("UPDATE items SET plays = NULL", true), ("U3;", false)], [1, 3]),
        (
            [
                (
                    """
                    UPDATE OR FAIL items SET title = 'new', plays = iif(id > \(key(1)), NULL, 0)
                    """, true
                )
            ], [1]
        ),
        ([("UPDATE OR IGNORE items SET plays = NULL", false), ("U2;", false)], [2]),
        ([("INSERT INTO items(id) VALUES(\(key(9))), (\(key(1)))", true), ("U1;", false)], [1]),
        ([("INSERT INTO items(id) VALUES(randomblob(16)), (x'01')", false)], []),
        ([("DELETE FROM items WHERE title = missing", true), ("U2;", false)], [2]),
        ([("SELECT abs(-9223372036854775808)", true), ("U2;", false)], [2]),
        (
            [
                ("SAVEPOINT a", false), ("U1;", false), ("UPDATE items SET plays = NULL", true),
                ("ROLLBACK TO a", false), ("UPDATE items SET plays = NULL", true), ("U3;", false),
            ], [3]
        ),
    ]

    // Goal: a statement that fails leaves what SQLite leaves, and the write goes on.
    @Test(arguments: failures.indices)
    func failedStatementsLeaveNothing(index: Int) throws {
        let (statements, changed) = Self.failures[index]
        let bench = try MergeBench(seed: 32)
        let (store, other) = try Self.twoStores(bench)
        do {
            try store.write { db in
                for (sql, fails) in statements {
                    let sql = Case(sql, []).statements
                    if fails {
                        #expect(throws: DatabaseError.self) { try db.execute(sql: sql) }
                    } else {
                        try db.execute(sql: sql)
                    }
                }
            }
        } catch StoreError.refused {
            #expect(statements.contains { $0.sql.contains("x'01'") })
        }
        try Self.expect(changed, store, other, bench)
    }

    // Goal: whatever savepoints, failing statements and writes are mixed, what is sent makes the
    // other store equal, and never more rows than were written.
    // Method: random nests from a printed seed.
    @Test(arguments: SeededGenerator.seeds(60))
    func randomNestsAreCapturedExactly(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bench = try MergeBench(seed: seed)
        let (store, other) = try Self.twoStores(bench)
        for _ in 0..<4 {
            var open: [String] = []
            try store.write { db in
                for _ in 0..<generator.below(30) {
                    let sql = Self.randomStatement(&generator, &open)
                    do { try db.execute(sql: sql) } catch is DatabaseError {}
                }
            }
            let contents = try Workshop.contents(of: store)
            if try store.pendingChangeCount() > 0 {
                try bench.deliver([try bench.seal(store)], to: other)
            }
            #expect(try Workshop.contents(of: other) == contents, "seed \(seed)")
            #expect(try store.storedDigest() == other.storedDigest(), "seed \(seed)")
        }
    }

    private static func randomStatement(
        _ generator: inout SeededGenerator, _ open: inout [String]
    ) -> String {
        let row = key(1 + generator.below(6))
        let number = generator.below(100)
        switch generator.below(12) {
        case 0, 1:
            open.append(["a", "\"b c\"", "D"][generator.below(3)])
            return "SAVEPOINT \(open[open.count - 1])"
        case 2:
            guard !open.isEmpty else { return "SELECT 1" }
            return "ROLLBACK TO \(open[generator.below(open.count)])"
        case 3:
            return open.popLast().map { "RELEASE \($0)" } ?? "SELECT 1"
        case 4: return "INSERT INTO items(id, title) VALUES(\(row), \(number))"
        case 5: return "INSERT OR REPLACE INTO items(id, title) VALUES(\(row), \(number))"
        case 6: return "DELETE FROM items WHERE id = \(row)"
        case 7: return "UPDATE items SET title = \(number), plays = plays + 1 WHERE id > \(row)"
        case 8: return "UPDATE items SET title = \(number), plays = iif(id < \(row), 5, NULL)"
        case 9: return "UPDATE OR FAIL items SET plays = iif(id < \(row), 6, NULL)"
        case 10: return "INSERT INTO items(id) VALUES(\(key(20 + number))), (\(row)), (\(row))"
        default: return "UPDATE items SET title = \(number) WHERE id = \(row)"
        }
    }

    private static func key(_ row: Int) -> String {
        "x'" + String(repeating: "0", count: 30) + (row < 10 ? "0" : "") + "\(row % 100)'"
    }

    private static func twoStores(_ bench: MergeBench) throws -> (SyncStore, SyncStore) {
        let (store, other) = (try bench.open(), try bench.open())
        try store.run(
            "INSERT INTO items(id, title) VALUES"
                + (1...3).map { "(\(key($0)), 'old')" }.joined(separator: ", "))
        try bench.deliver([try bench.seal(store)], to: other)
        return (store, other)
    }

    private static func expect(
        _ changed: Set<Int>, _ store: SyncStore, _ other: SyncStore, _ bench: MergeBench
    ) throws {
        #expect(try store.pendingChangeCount() == changed.count)
        for row in 1...3 {
            let title: String? = try store.value(
                "SELECT title FROM items WHERE id = \(key(row))")
            #expect(title == (changed.contains(row) ? "new" : "old"))
        }
        if !changed.isEmpty { try bench.deliver([try bench.seal(store)], to: other) }
        #expect(try Workshop.contents(of: other) == (try Workshop.contents(of: store)))
        #expect(try store.storedDigest() == other.storedDigest())
    }
}
