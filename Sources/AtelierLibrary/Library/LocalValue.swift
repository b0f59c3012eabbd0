import GRDB

/// What this device keeps for itself; never synced.
enum LocalValue: String {
    /// Milliseconds that server time was ahead of this device's clock at the last contact.
    case clockOffset = "clock_offset_ms"
    /// When this device last synced, milliseconds since 1970 UTC.
    case lastSync = "last_sync_ms"
    /// The wallet beside the journal: JSON.
    case wallet
    /// The bodies that were drawn to the end here, of rows that may be gone: JSON.
    case finished
    /// The account's devices as of the last look: JSON.
    case devices

    func read(_ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT value FROM local_values WHERE key = ?", arguments: [rawValue])
    }

    func write(_ value: String, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO local_values(key, value) VALUES(?, ?)
                ON CONFLICT(key) DO UPDATE SET value = excluded.value
                """,
            arguments: [rawValue, value])
    }
}
