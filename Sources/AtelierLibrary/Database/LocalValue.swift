import GRDB
import SignedObjects

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
    /// What the last sync doubted: JSON.
    case doubts
    /// The last head of the server's audit log that fitted: compact.
    case auditHead = "audit_head"
    /// One that did not fit it, as proof: compact.
    case auditContradiction = "audit_contradiction"
    /// The account's devices as of the last look: JSON.
    case devices

    func read(_ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT value FROM local_values WHERE key = ?", arguments: [rawValue])
    }

    /// The number that was written, where it lies in `range`.
    func readNumber(in range: ClosedRange<Int64>, _ database: Database) throws -> Int64? {
        guard let text = try read(database), let number = Int64(text), range.contains(number) else {
            return nil
        }
        return number
    }

    /// Milliseconds that any two clocks may lie apart.
    static let offsets = -UnixTime.latest.milliseconds...UnixTime.latest.milliseconds
    /// Moments in milliseconds since 1970 UTC.
    static let moments = 0...UnixTime.latest.milliseconds

    func write(_ value: String, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO local_values(key, value) VALUES(?, ?)
                ON CONFLICT(key) DO UPDATE SET value = excluded.value
                """,
            arguments: [rawValue, value])
    }
}
