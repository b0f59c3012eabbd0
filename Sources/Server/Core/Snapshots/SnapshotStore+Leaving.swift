import AtelierProtocol
import SignedObjects

extension SnapshotStore {
    /// The statement that finds the snapshots of an account, for ``tidy(_:now:)``.
    static func statement(of account: AccountID) -> SQLStatement {
        SQLStatement(
            """
            SELECT id, cursor, chunks, started, completed, leaving FROM snapshot
            WHERE account = ?1 ORDER BY place
            """,
            [account.blob])
    }

    /// As ``tidy(_:now:)``, of the snapshots that there are.
    func tidy(now: UnixTime) throws -> Whole? {
        try tidy(db.answers(to: [Self.statement(of: account)]).flatMap(\.rows), now: now)
    }

    /// Gives up what was on its way for too long, takes away a little of what was given up, and
    /// finds the newest that is whole.
    func tidy(_ rows: [Row], now: UnixTime) throws -> Whole? {
        let oldest = Self.dayBefore(now)
        let isOld = { (row: Row) in
            let leaving: Int = try row["leaving"]
            let isUpload = try leaving == 0 && row.isNull("completed")
            return try row["started"] < oldest && (isUpload || leaving == 2)
        }
        if try rows.contains(where: isOld) { try expire(before: oldest) }
        if let row = try rows.first(where: { try $0["leaving"] == 1 }) {
            try sweep(try row.fixed("id"))
        }
        let isWhole = { (row: Row) in try row["leaving"] == 0 && !row.isNull("completed") }
        return try rows.first(where: isWhole).map(Whole.init)
    }

    private func expire(before oldest: Int64) throws {
        try db.execute(
            """
            UPDATE snapshot SET leaving = 1
            WHERE account = ?1 AND completed IS NULL AND leaving = 0 AND started < ?2
            """,
            [account.blob, oldest])
        try db.execute(
            "DELETE FROM snapshot WHERE account = ?1 AND leaving = 2 AND started < ?2",
            [account.blob, oldest])
    }

    /// Takes away a few chunks of a snapshot that was given up.
    private func sweep(_ id: SnapshotID) throws {
        let count = try db.execute(
            """
            DELETE FROM snapshot_chunk WHERE account = ?1 AND snapshot = ?2 AND place IN (
                SELECT place FROM snapshot_chunk WHERE account = ?1 AND snapshot = ?2
                ORDER BY place LIMIT ?3)
            """,
            [account.blob, id.blob, Limits.sweptChunks])
        guard count < Limits.sweptChunks else { return }
        try db.execute(
            "UPDATE snapshot SET leaving = 2 WHERE account = ?1 AND id = ?2",
            [account.blob, id.blob])
    }

    /// Gives up the oldest on their way, so that one more is within the limit.
    func makeRoom() throws {
        try db.execute(
            """
            UPDATE snapshot SET leaving = 1
            WHERE account = ?1 AND completed IS NULL AND leaving = 0 AND place NOT IN (
                SELECT place FROM snapshot
                WHERE account = ?1 AND completed IS NULL AND leaving = 0
                ORDER BY place DESC LIMIT ?2)
            """,
            [account.blob, ProtocolLimits.unfinishedSnapshots - 1])
    }

    static func dayBefore(_ now: UnixTime) -> Int64 {
        now.milliseconds - ProtocolLimits.unfinishedSnapshotLifetime.wholeMilliseconds
    }
}
