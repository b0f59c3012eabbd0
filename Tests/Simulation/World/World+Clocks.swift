import GRDB
import SyncKit
import TestSupport

extension World {
    /// Notes what the engine knows of each row on every device: it says why digests differ.
    func noteClocks() {
        for device in devices {
            note("device \(device.index) knows:")
            guard let lines = try? clockLines(of: device) else { continue }
            for line in lines { note("  \(line)") }
        }
    }

    private func clockLines(of device: Device) throws -> [String] {
        var lines: [String] = []
        var tables = Studio.tables(device.version).map { (id: TableID($0.id), name: $0.name) }
        if device.hasAnnex { tables += Annex.tables.map { ($0.id, $0.name) } }
        for table in tables {
            lines += try Self.lines(
                """
                SELECT '\(table.name)', hex(substr(t.id, -1)), 'began', (
                SELECT printf('%d %d of %d', s.number, s.time, s.replica)
                FROM sync_runs_\(table.id) AS r JOIN sync_stamps AS s ON s.number = r.stamp
                WHERE r.first <= t._rowid_ AND t._rowid_ < r.first + r.count
                ), 'clock', hex(c.clock) FROM \(table.name) AS t
                LEFT JOIN sync_clocks_\(table.id) AS c ON c.row_id = t._rowid_
                UNION ALL SELECT '\(table.name)', hex(substr(row, -1)), 'tombstone', causal_length,
                stamp, '' FROM sync_tombstones_\(table.id)
                """, on: device)
        }
        lines += try Self.lines(
            "SELECT 'replica', number, hex(handle), printf('%016x', handle) FROM sync_replicas",
            on: device)
        lines += try Self.lines(
            """
            SELECT 'stamp', number, time, replica, 'seen', causal_cursor, 'at', sequence,
            ops IS NOT NULL FROM sync_stamps
            """, on: device)
        if device.hasAnnex { lines += try Annex.contents(of: device.open()) }
        lines += try Self.lines(
            "SELECT 'waiting', tbl, hex(row), length(batch) FROM sync_dependencies", on: device)
        lines += try Self.lines(
            """
            SELECT name, value FROM sync_state WHERE typeof(value) = 'integer'
            """, on: device)
        return lines
    }

    private static func lines(_ sql: String, on device: Device) throws -> [String] {
        try device.open().read { db in
            let statement = try db.cachedStatement(sql: sql)
            return try PlainConnection.rows(statement.sqliteStatement, []).map { row in
                row.map(Rows.text).joined(separator: " ")
            }
        }
    }
}
