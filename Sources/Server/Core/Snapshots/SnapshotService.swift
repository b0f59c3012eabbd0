import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

/// Stores the chunks of snapshots, and returns the newest that is whole.
struct SnapshotService: ServerService {
    let environment: ServiceEnvironment
    let requests: RequestAuthenticator

    /// Stores one sealed chunk of a snapshot; true where it is new, safe to repeat.
    func push(
        chunk index: Int, of name: SnapshotStore.Name, _ incoming: IncomingRequest
    ) async throws -> Bool {
        let chunk = try SegmentService.segment(incoming)
        return try await requests.authorized(incoming, as: .chunkIn) { db, caller, now in
            try SegmentService.checkAccount(of: chunk, caller)
            try SegmentService.checkStanding(of: caller, now: now)
            let head: Int64? = try db.value(
                "SELECT seq FROM account_head WHERE account = ?1",
                [caller.account.blob])
            guard index < name.chunks, name.cursor <= head ?? 0 else {
                throw ServerError.refused(
                    .malformed,
                    detail: "A snapshot ends at a stored segment, a chunk's index below the count.")
            }
            guard try Horizon.knows(caller, in: db) else {
                throw ServerError.refused(
                    .malformed, detail: "Pull first: what this device holds is not known here.")
            }
            let store = SnapshotStore(account: caller.account, db: db)
            _ = try store.tidy(now: now)
            let isNew = try store.add(
                chunk.bytes, at: index, of: name, policy: self.policy, now: now)
            var reading = try AccountReading(
                db.answers(to: AccountReading.statements(of: caller.account)))
            try reading.tidy(
                caller.account, grace: policy.compactionGrace, now: now, in: db)
            return isNew
        }
    }

    /// The account's newest whole snapshot.
    func newest(_ incoming: IncomingRequest) async throws -> SnapshotDescription {
        try await requests.authorized(incoming) { db, caller, _ in
            guard let newest = try SnapshotStore(account: caller.account, db: db).newest() else {
                throw ServerError.refused(.notFound, detail: "The account has no snapshot yet.")
            }
            return SnapshotDescription(
                id: newest.name.id, cursor: newest.cursor, chunks: newest.name.chunks)
        }
    }

    /// One chunk of the account's newest whole snapshot.
    func chunk(
        _ index: Int, of id: SnapshotID, _ incoming: IncomingRequest
    ) async throws -> Data {
        try await requests.authorized(incoming, as: .chunkOut) { db, caller, _ in
            let store = SnapshotStore(account: caller.account, db: db)
            guard let bytes = try store.chunk(index, of: id) else {
                throw ServerError.refused(
                    .notFound, detail: "The snapshot is not kept. Ask for the newest one.")
            }
            return bytes
        }
    }
}

/// Deletes segments that a snapshot contains, without reading any.
///
/// One snapshot at a time is due: the newest one when the last due one was done. A newer one does
/// not put it off, so that frequent snapshots cannot keep segments for ever.
struct Compaction {
    let account: AccountID
    let db: Database

    /// Deletes a bounded number of segments, oldest first, if a snapshot's grace is over.
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
