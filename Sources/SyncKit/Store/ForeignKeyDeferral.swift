import GRDB

/// Puts off the check of foreign keys to the end of the transaction, from the first row on that the
/// engine writes: a child may come before its parent within one exchange.
///
/// Not from the beginning: the pragma makes SQLite prepare every statement of the connection anew,
/// and most transactions of the engine write no row.
final class ForeignKeyDeferral {
    private let db: Database
    private var isDue: Bool

    init(_ schema: SyncSchema, in db: Database) {
        self.db = db
        isDue = schema.tables.contains { !$0.references.isEmpty }
    }

    /// Must be called before a row of the app's tables is written.
    @inline(__always)
    func begin() throws {
        guard isDue else { return }
        isDue = false
        try db.cachedStatement(sql: "PRAGMA defer_foreign_keys = ON").execute()
    }
}
