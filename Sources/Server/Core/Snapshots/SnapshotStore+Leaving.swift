import AtelierProtocol
import GRDB
import SignedObjects

extension SnapshotStore {
    /// Gives up what was on its way for too long, takes away a little of what was given up, and
    /// finds the newest that is whole.
    func tidy(now: UnixTime) throws -> Whole? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, cursor, chunks, started, completed, leaving FROM snapshot
                WHERE account = $1 ORDER BY place
                """)
        let rows = try Row.fetchAll(statement, arguments: [account.blob])
        let oldest = Self.dayBefore(now)
        let isOld = { (row: Row) in
            let isUpload = row["leaving"] == 0 && row["completed"] as Int64? == nil
            return row["started"] < oldest && (isUpload || row["leaving"] == 2)
        }
        if rows.contains(where: isOld) { try expire(before: oldest) }
        if let row = rows.first(where: { $0["leaving"] == 1 }) { try sweep(row.fixed("id")) }
        let isWhole = { (row: Row) in row["leaving"] == 0 && row["completed"] as Int64? != nil }
        return try rows.first(where: isWhole).map(Whole.init)
    }

    private func expire(before oldest: Int64) throws {
        try db.execute(
            sql: """
                UPDATE snapshot SET leaving = 1
                WHERE account = $1 AND completed IS NULL AND leaving = 0 AND started < $2
                """,
            arguments: [account.blob, oldest])
        try db.execute(
            sql: "DELETE FROM snapshot WHERE account = $1 AND leaving = 2 AND started < $2",
            arguments: [account.blob, oldest])
    }

    /// Takes away a few chunks of a snapshot that was given up.
    private func sweep(_ id: SnapshotID) throws {
        try db.execute(
            sql: """
                DELETE FROM snapshot_chunk WHERE account = $1 AND snapshot = $2 AND place IN (
                    SELECT place FROM snapshot_chunk WHERE account = $1 AND snapshot = $2
                    ORDER BY place LIMIT $3)
                """,
            arguments: [account.blob, id.blob, Limits.sweptChunks])
        guard db.changesCount < Limits.sweptChunks else { return }
        try db.execute(
            sql: "UPDATE snapshot SET leaving = 2 WHERE account = $1 AND id = $2",
            arguments: [account.blob, id.blob])
    }

    /// Gives up the oldest on their way, so that one more is within the limit.
    func makeRoom() throws {
        try db.execute(
            sql: """
                UPDATE snapshot SET leaving = 1
                WHERE account = $1 AND completed IS NULL AND leaving = 0 AND place NOT IN (
                    SELECT place FROM snapshot
                    WHERE account = $1 AND completed IS NULL AND leaving = 0
                    ORDER BY place DESC LIMIT $2)
                """,
            arguments: [account.blob, ProtocolLimits.unfinishedSnapshots - 1])
    }

    static func dayBefore(_ now: UnixTime) -> Int64 {
        now.milliseconds - ProtocolLimits.unfinishedSnapshotLifetime.wholeMilliseconds
    }
}
