import GRDB

/// Two rows with a gap between their row ids. A program that copies the database row by row, as
/// `.dump` does, closes the gap: then no row can be trusted to lie where it lay.
///
/// VACUUM keeps the row ids of tables that have an index, and this one has.
struct RowIDSentinel {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Sets the two rows.
    func set() throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS sync_sentinel(id BLOB PRIMARY KEY NOT NULL);
                DELETE FROM sync_sentinel;
                INSERT INTO sync_sentinel(_rowid_, id) VALUES(1, x'01'), (3, x'03');
                """)
    }

    /// Whether the gap is still there.
    func holds() throws -> Bool {
        guard try db.hasTable("sync_sentinel") else { return false }
        return try Int64.fetchOne(
            db, sql: "SELECT _rowid_ FROM sync_sentinel WHERE id = x'03'") == 3
    }
}
