import Foundation
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
        let row = try db.row(
            "SELECT floor, due_cursor, due_since FROM account_head WHERE account = ?1",
            [account.blob])
        guard let row else { throw ServerError.noSuchAccount(account.description) }
        let floor: Int64 = try row["floor"]
        guard newest.cursor > floor else { return }
        var (cursor, since): (Int64, UnixTime) = (
            try row["due_cursor"], try row.time("due_since")
        )
        if cursor <= floor {
            (cursor, since) = (newest.cursor, newest.completed)
            try db.execute(
                "UPDATE account_head SET due_cursor = ?1, due_since = ?2 WHERE account = ?3",
                [cursor, since.milliseconds, account.blob])
        }
        guard now >= since + grace else { return }
        try remove(
            through: SegmentStore(account: account, db: db).end(
                after: floor, through: cursor, count: Limits.compactedSegments,
                bytes: Limits.compactedBytes))
    }

    private func remove(through end: Int64) throws {
        let historyHash = try SegmentStore(account: account, db: db).historyHash(at: end)
        try db.execute(
            "DELETE FROM segment WHERE account = ?1 AND seq <= ?2",
            [account.blob, end])
        try db.execute(
            "UPDATE account_head SET floor = ?1, floor_history_hash = ?2 WHERE account = ?3",
            [end, historyHash?.blob, account.blob])
    }
}
