import Foundation
import GRDB
import SignedObjects

/// Takes away segments that a snapshot has taken in, without reading any.
///
/// One snapshot at a time is due: the newest one when the last due one was done. A newer one does
/// not put it off, so that frequent snapshots cannot keep segments for ever.
struct Compaction {
    let account: AccountID
    let db: Database

    /// Takes away a bounded number of segments, oldest first, if a snapshot's grace is over.
    func step(newest: SnapshotStore.Whole, now: UnixTime, grace: Duration) throws {
        let row = try Row.fetchOne(
            try db.cachedStatement(
                sql: "SELECT floor, due_cursor, due_since FROM account_head WHERE account = $1"),
            arguments: [account.blob])
        guard let row else { throw ServerError.noSuchAccount(account.description) }
        let floor: Int64 = row["floor"]
        guard newest.cursor > floor else { return }
        var (cursor, since): (Int64, UnixTime) = (row["due_cursor"], row.time("due_since"))
        if cursor <= floor {
            (cursor, since) = (newest.cursor, newest.completed)
            try db.execute(
                sql: "UPDATE account_head SET due_cursor = $1, due_since = $2 WHERE account = $3",
                arguments: [cursor, since.milliseconds, account.blob])
        }
        guard now >= since + grace else { return }
        try remove(through: try end(after: floor, through: cursor))
    }

    /// Where a step from `floor` ends: bounded by count and bytes, one segment at least.
    private func end(after floor: Int64, through cursor: Int64) throws -> Int64 {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, length(bytes) AS bytes FROM segment
                WHERE account = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4
                """,
            arguments: [account.blob, floor, cursor, Limits.compactedSegments])
        var (end, bytes) = (floor, 0)
        while let row = try rows.next() {
            bytes += row["bytes"]
            if end > floor, bytes > Limits.compactedBytes { break }
            end = row["seq"]
        }
        return end
    }

    private func remove(through end: Int64) throws {
        try db.execute(
            sql: "DELETE FROM segment WHERE account = $1 AND seq <= $2",
            arguments: [account.blob, end])
        try db.execute(
            sql: "UPDATE account_head SET floor = $1 WHERE account = $2",
            arguments: [end, account.blob])
    }
}
