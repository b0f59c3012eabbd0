import GRDB

extension SyncStore {
    /// Erases what is left of deleted rows: values that lost in conflicts, changes that waited for
    /// them, and the pages of the write-ahead log.
    ///
    /// The connection overwrites what it deletes (`secure_delete`), so that no file of the database
    /// holds their values afterwards, as far as other programs overwrite what they delete, too.
    ///
    /// - Parameter rows: Rows that do not exist any more; others keep what they hold.
    /// - Returns: False where another program reads an older state, so that the log stays: try
    ///   again later.
    public func erase(_ rows: [(table: String, key: RowKey)]) throws -> Bool {
        try engineWrite { session in
            for (name, key) in rows {
                guard let table = schema.table(named: name) else { continue }
                for engineTable in ["sync_conflicts", "sync_dependencies"] {
                    try PreparedStatement(
                        "DELETE FROM \(engineTable) WHERE tbl = ? AND row = ?", in: session.db
                    ).run([.table(table.id), .blob(key.bytes)])
                }
            }
            try session.lookForPendingDependencies()
        }
        return try pool.writeWithoutTransaction { db in
            let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            return row?["busy"] == 0
        }
    }
}
