import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

/// The snapshots of one account: at most one whole, and a few on their way.
///
/// One that is given up is marked as leaving: its chunks go a few at a time, and its row stays for
/// a day, so that a device which goes on with it does not begin it again.
struct SnapshotStore {
    /// A snapshot as a request names it.
    struct Name: Sendable {
        let id: SnapshotID
        let cursor: Int64
        let chunks: Int
    }

    /// A snapshot that is there in full.
    struct Whole: Sendable {
        let name: Name
        let completed: UnixTime
        var cursor: Int64 { name.cursor }

        init(_ row: Row) throws {
            name = Name(
                id: try row.fixed("id"), cursor: try row["cursor"], chunks: try row["chunks"])
            completed = try row.time("completed")
        }
    }

    private struct Upload {
        var stored = 0
        var bytes: Int64 = 0
    }

    let account: AccountID
    let db: Database

    /// Stores a chunk; true where it is new.
    ///
    /// A chunk of a snapshot that a newer one has overtaken, or that was given up, is not kept.
    ///
    /// - Throws: ``ServerError`` where it cannot be of that snapshot, or is too much.
    func add(
        _ bytes: [UInt8], at index: Int, of name: Name, policy: ServerPolicy, now: UnixTime
    ) throws -> Bool {
        guard let upload = try open(name, limit: policy.snapshotsPerDay, now: now) else {
            return false
        }
        let hash = Digest(of: bytes)
        let known = try db.row(
            """
            SELECT hash FROM snapshot_chunk
            WHERE account = ?1 AND snapshot = ?2 AND chunk_index = ?3
            """,
            [account.blob, name.id.blob, index])
        if let known {
            guard try known["hash"] == hash.blob else {
                throw ServerError.refused(
                    .malformed,
                    detail: "Another chunk \(index) is stored. Begin a snapshot with a new id.")
            }
            return false
        }
        let total = upload.bytes + Int64(bytes.count)
        guard total <= policy.snapshotBytes else {
            throw ServerError.refused(
                .tooLarge, detail: "A snapshot may have \(policy.snapshotBytes) bytes in all.")
        }
        try db.execute(
            .insert(
                into: "snapshot_chunk",
                [
                    "account": account.blob, "snapshot": name.id.blob, "chunk_index": index,
                    "hash": hash.blob, "bytes": Data(bytes),
                ]))
        try db.execute(
            "UPDATE snapshot SET stored = ?1, bytes = ?2 WHERE account = ?3 AND id = ?4",
            [upload.stored + 1, total, account.blob, name.id.blob])
        if upload.stored + 1 == name.chunks { try complete(name, now: now) }
        return true
    }

    /// The newest snapshot that is there in full.
    func newest() throws -> Whole? {
        let row = try db.row(
            """
            SELECT id, cursor, chunks, completed FROM snapshot
            WHERE account = ?1 AND completed IS NOT NULL AND leaving = 0
            """,
            [account.blob])
        return try row.map(Whole.init)
    }

    /// One chunk of the newest snapshot, where `id` is still that one.
    func chunk(_ index: Int, of id: SnapshotID) throws -> Data? {
        guard try newest()?.name.id == id else { return nil }
        return try db.value(
            """
            SELECT bytes FROM snapshot_chunk
            WHERE account = ?1 AND snapshot = ?2 AND chunk_index = ?3
            """,
            [account.blob, id.blob, index])
    }

    /// What is there of a snapshot; begins it where it is new, and is nil where it is not wanted.
    private func open(_ name: Name, limit: Int, now: UnixTime) throws -> Upload? {
        let row = try db.row(
            "SELECT * FROM snapshot WHERE account = ?1 AND id = ?2",
            [account.blob, name.id.blob])
        if let row {
            guard try row["cursor"] == name.cursor, try row["chunks"] == name.chunks else {
                throw ServerError.refused(
                    .malformed, detail: "The snapshot began with another cursor or count.")
            }
            guard try row["leaving"] == 0 else { return nil }
            return Upload(stored: try row["stored"], bytes: try row["bytes"])
        }
        if let newest = try newest(), newest.cursor > name.cursor { return nil }
        try checkCount(limit: limit, now: now)
        try makeRoom()
        try db.execute(
            .insert(
                into: "snapshot",
                [
                    "account": account.blob, "id": name.id.blob, "cursor": name.cursor,
                    "chunks": name.chunks, "stored": 0, "bytes": 0, "started": now.milliseconds,
                ]))
        return Upload()
    }

    private func checkCount(limit: Int, now: UnixTime) throws {
        let count: Int? = try db.value(
            "SELECT COUNT(*) FROM snapshot WHERE account = ?1 AND started >= ?2",
            [account.blob, Self.dayBefore(now)])
        guard count ?? 0 < limit else {
            throw ServerError.refused(
                .tooMany, detail: "At most \(limit) snapshots a day. Try again later.",
                retryAfter: 3600)
        }
    }

    /// The snapshot is whole: it becomes the newest, and what it overtakes goes.
    private func complete(_ name: Name, now: UnixTime) throws {
        try db.execute(
            """
            UPDATE snapshot SET leaving = 1 WHERE account = ?1 AND leaving = 0 AND id <> ?2
            AND (completed IS NOT NULL OR cursor < ?3)
            """,
            [account.blob, name.id.blob, name.cursor])
        try db.execute(
            "UPDATE snapshot SET completed = ?1 WHERE account = ?2 AND id = ?3",
            [now.milliseconds, account.blob, name.id.blob])
    }
}

extension SnapshotStore {
    /// The statement that finds the snapshots of an account, for ``tidy(_:now:)``.
    static func statement(of account: AccountID) -> SQLStatement {
        SQLStatement(
            """
            SELECT id, cursor, chunks, started, completed, leaving FROM snapshot
            WHERE account = ?1 ORDER BY row_id
            """,
            [account.blob])
    }

    /// As ``tidy(_:now:)``, of the snapshots that there are.
    func tidy(now: UnixTime) throws -> Whole? {
        try tidy(db.answers(to: [Self.statement(of: account)]).flatMap(\.rows), now: now)
    }

    /// Abandons uploads that took too long, deletes a few chunks of abandoned ones, and finds the
    /// newest whole snapshot.
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

    /// Deletes a few chunks of an abandoned snapshot.
    private func sweep(_ id: SnapshotID) throws {
        let count = try db.execute(
            """
            DELETE FROM snapshot_chunk WHERE account = ?1 AND snapshot = ?2 AND chunk_index IN (
                SELECT chunk_index FROM snapshot_chunk WHERE account = ?1 AND snapshot = ?2
                ORDER BY chunk_index LIMIT ?3)
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
            WHERE account = ?1 AND completed IS NULL AND leaving = 0 AND row_id NOT IN (
                SELECT row_id FROM snapshot
                WHERE account = ?1 AND completed IS NULL AND leaving = 0
                ORDER BY row_id DESC LIMIT ?2)
            """,
            [account.blob, ProtocolLimits.unfinishedSnapshots - 1])
    }

    static func dayBefore(_ now: UnixTime) -> Int64 {
        now.milliseconds - ProtocolLimits.unfinishedSnapshotLifetime.wholeMilliseconds
    }
}
