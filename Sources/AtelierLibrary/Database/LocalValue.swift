import GRDB
import SignedObjects

/// The values that stay on this device: rows of the table `local_values`, never synced.
enum LocalValue: String {
    /// Milliseconds that server time was ahead of this device's clock at the last contact.
    case clockOffset = "clock_offset_ms"
    /// When this device last synced, in milliseconds since 1970 UTC by the corrected clock.
    case lastSync = "last_sync_ms"
    /// The wallet's snapshot: JSON.
    case wallet
    /// The bodies that were finished here, whose rows may be removed: JSON.
    case finished
    /// The doubts of the last sync: JSON.
    case doubts
    /// The last verified head of the server's audit log: compact.
    case auditHead = "audit_head"
    /// A head that contradicts it, as proof: compact.
    case auditContradiction = "audit_contradiction"
    /// The account's devices by the server's last answer: JSON.
    case devices
    /// The time by which files leave the trash, milliseconds since 1970 UTC.
    case trashTime = "trash_time_ms"
    /// What this device's clock said at the last sweep.
    case trashOwnTime = "trash_own_time_ms"

    func read(_ database: Database) throws -> String? {
        try String.fetchOne(
            database, sql: "SELECT value FROM local_values WHERE key = ?", arguments: [rawValue])
    }

    /// The stored number; nil where there is none in `range`.
    func readNumber(in range: ClosedRange<Int64>, _ database: Database) throws -> Int64? {
        guard let text = try read(database), let number = Int64(text), range.contains(number) else {
            return nil
        }
        return number
    }

    /// The range of differences of two clocks, in milliseconds.
    static let offsets = -UnixTime.latest.milliseconds...UnixTime.latest.milliseconds
    /// The range of times, in milliseconds since 1970 UTC.
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
