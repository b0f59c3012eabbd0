import GRDB
import SyncKit
import TestSupport

/// Tables with constraints and with the other merge policies, in runs with
/// ``Trouble/constraints``. What each must hold is not known from the outside as it is for
/// ``Studio``'s; what must be true of all of them is.
enum Annex {
    /// How many keys each table has, and how many values: few, so that replicas clash.
    static let keys = 4
    static let values = 3
    /// The tally that is deleted at times: nobody knows what it must hold then.
    static let droppedTally = keys - 1

    static var tables: [SyncedTable] {
        [
            SyncedTable(
                "shelves", id: 11, columns: [SyncedColumn("name", id: 1)], unique: [["name"]]),
            SyncedTable(
                "books", id: 12,
                columns: [
                    SyncedColumn("shelf", id: 1), SyncedColumn("title", id: 2),
                    SyncedColumn("sequel", id: 3), SyncedColumn("origin", id: 4, .firstWriter),
                ],
                references: [
                    SyncedReference("shelf", to: "shelves", onDelete: .cascade),
                    SyncedReference(
                        "sequel", to: "books", onDelete: .setNull, onCycle: .setNull),
                ], unique: [["title", "shelf"]]),
            SyncedTable(
                "tallies", id: 13,
                columns: [
                    SyncedColumn("plays", id: 1, .counter), SyncedColumn("best", id: 2, .maximum),
                ]),
        ]
    }

    static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE shelves(id BLOB PRIMARY KEY NOT NULL, name TEXT UNIQUE);
                CREATE TABLE books(id BLOB PRIMARY KEY NOT NULL,
                shelf BLOB REFERENCES shelves(id) ON DELETE CASCADE, title TEXT,
                sequel BLOB REFERENCES books(id) ON DELETE SET NULL, origin INTEGER,
                UNIQUE(title, shelf));
                CREATE TABLE tallies(id BLOB PRIMARY KEY NOT NULL,
                plays INTEGER NOT NULL DEFAULT 0, best INTEGER);
                """)
    }

    /// Every cell, a line each row.
    static func contents(of store: SyncStore) throws -> [String] {
        try rows(
            """
            SELECT 'shelf', id, name, '', '', '' FROM shelves
            UNION ALL SELECT 'book', id, shelf, title, sequel, origin FROM books
            UNION ALL SELECT 'tally', id, plays, best, '', '' FROM tallies ORDER BY 1, 2
            """, of: store
        ).map { $0.map(Rows.text).joined(separator: " ") }
    }

    /// Which foreign key is broken, nil where none is.
    static func breach(in store: SyncStore) throws -> String? {
        try rows("PRAGMA foreign_key_check", of: store).first.map {
            $0.map(Rows.text).joined(separator: " ")
        }
    }

    /// A book that comes after itself by way of others, nil where there is none.
    static func cycle(in store: SyncStore) throws -> String? {
        try rows(
            """
            WITH RECURSIVE after(id, sequel, steps) AS (
            SELECT id, sequel, 1 FROM books WHERE sequel <> id UNION ALL
            SELECT after.id, books.sequel, steps + 1 FROM after
            JOIN books ON books.id = after.sequel
            WHERE books.sequel <> books.id AND steps < \(2 * keys))
            SELECT id FROM after WHERE sequel = id
            """, of: store
        ).first.map { "book \($0.map(Rows.text).joined()) comes after itself" }
    }

    /// The counters: sum and maximum by key.
    static func tallies(of store: SyncStore) throws -> [Int: (plays: Int64, best: Int64)] {
        var tallies: [Int: (plays: Int64, best: Int64)] = [:]
        for row in try rows("SELECT id, plays, best FROM tallies", of: store) {
            guard
                case .blob(let id) = row[0], let key = id.last, case .integer(let plays) = row[1],
                case .integer(let best) = row[2]
            else { continue }
            tallies[Int(key)] = (plays, best)
        }
        return tallies
    }

    private static func rows(_ sql: String, of store: SyncStore) throws -> [[SQLValue]] {
        try store.read { db in
            let statement = try db.cachedStatement(sql: sql)
            return try PlainConnection.rows(statement.sqliteStatement, [])
        }
    }
}
