import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

/// Stores the chunks of snapshots, and gives out the newest that is whole.
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
        try await requests.authorized(incoming) { db, caller, now in
            guard let newest = try SnapshotStore(account: caller.account, db: db).newest() else {
                throw ServerError.refused(.notFound, detail: "The account has no snapshot yet.")
            }
            return SnapshotDescription(
                id: newest.name.id, cursor: newest.cursor, chunks: newest.name.chunks,
                epoch: try EpochCheckpoint.Reading(of: db).epoch, time: now)
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
