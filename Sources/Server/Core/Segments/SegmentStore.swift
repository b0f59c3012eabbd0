import AtelierProtocol
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// One stored segment.
struct StoredSegment: Sendable {
    let sequence: Int64
    let bytes: Data
}

/// The segments of one account, in the order that every device sees.
///
/// A replica's last segment leaves its mark in `chain_tip`, which stays when the segment goes.
struct SegmentStore {
    private struct Tip {
        let number: Int64
        let hash: Data
        let sequence: Int64
    }

    let account: AccountID
    let db: Database

    /// Stores a segment, or finds it stored.
    ///
    /// - Throws: ``ServerError`` where it does not continue its replica's chain.
    func append(
        _ segment: SealedSegment, now: UnixTime, replicaLimit: Int
    ) throws -> (sequence: Int64, isNew: Bool) {
        let number = Int64(clamping: segment.header.number)
        let tip = try tip(of: segment.header.replica)
        let last = tip?.number ?? 0
        if let tip, number <= last {
            return (try repeated(number, of: segment, tip: tip), false)
        }
        guard number == last + 1 else {
            throw ServerError.refused(
                .fork, detail: "Segment \(number) leaves a gap: only \(last) of them are here.")
        }
        guard segment.header.previous == Array(tip?.hash ?? Digest.zero.blob) else {
            throw ServerError.refused(
                .fork, detail: "Segment \(number) does not follow the stored \(last).")
        }
        if tip == nil { try checkReplicas(limit: replicaLimit) }
        try checkTime(of: segment.header, now: now)
        return (try insert(segment, now: now), true)
    }

    /// Segments after a place, at least one where there is any.
    func page(after sequence: Int64, limit: Int) throws -> [StoredSegment] {
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT seq, bytes FROM segment WHERE account = $1 AND seq > $2
                ORDER BY seq LIMIT $3
                """,
            arguments: [account.blob, sequence, limit])
        var (page, bytes): ([StoredSegment], Int) = ([], 0)
        while let row = try rows.next() {
            let segment = StoredSegment(sequence: row["seq"], bytes: row["bytes"])
            bytes += segment.bytes.count
            if !page.isEmpty, bytes > ProtocolLimits.pageBytes { break }
            page.append(segment)
        }
        return page
    }

    private func insert(_ segment: SealedSegment, now: UnixTime) throws -> Int64 {
        let replica = Data(segment.header.replica.bytes)
        let number = Int64(clamping: segment.header.number)
        let hash = Data(segment.hash)
        let sequence = try Int64.fetchOne(
            db,
            sql: "UPDATE account_head SET seq = seq + 1 WHERE account = $1 RETURNING seq",
            arguments: [account.blob])
        guard let sequence else { throw ServerError.noSuchAccount(account.description) }
        try db.execute(
            sql: """
                INSERT INTO segment (account, seq, replica, number, hash, bytes, received)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
            arguments: [
                account.blob, sequence, replica, number, hash, Data(segment.bytes),
                now.milliseconds,
            ])
        try db.execute(
            sql: """
                INSERT INTO chain_tip (account, replica, number, hash, seq)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (account, replica) DO UPDATE
                SET number = excluded.number, hash = excluded.hash, seq = excluded.seq
                """,
            arguments: [account.blob, replica, number, hash, sequence])
        let count = "UPDATE setting SET value = value + 1 WHERE name = 'segments'"
        try db.cachedStatement(sql: count).execute()
        return sequence
    }

    private func tip(of replica: ReplicaID) throws -> Tip? {
        let sql = "SELECT number, hash, seq FROM chain_tip WHERE account = $1 AND replica = $2"
        return try Row.fetchOne(
            try db.cachedStatement(sql: sql),
            arguments: [account.blob, Data(replica.bytes)]
        ).map { Tip(number: $0["number"], hash: $0["hash"], sequence: $0["seq"]) }
    }

    private func repeated(
        _ number: Int64, of segment: SealedSegment, tip: Tip
    ) throws -> Int64 {
        let hash = Data(segment.hash)
        guard number < tip.number else {
            if tip.hash == hash { return tip.sequence }
            throw ServerError.refused(
                .fork, detail: "Another segment \(number) of this replica is stored.")
        }
        let known = try Row.fetchOne(
            db,
            sql: """
                SELECT seq, hash FROM segment
                WHERE account = $1 AND replica = $2 AND number = $3
                """,
            arguments: [account.blob, Data(segment.header.replica.bytes), number])
        if let known, known["hash"] == hash { return known["seq"] }
        throw ServerError.refused(
            .rewind, detail: "This replica was already past \(number): it was set back.")
    }

    private func checkReplicas(limit: Int) throws {
        let count = try Int.fetchOne(
            db, sql: "SELECT COUNT(*) FROM chain_tip WHERE account = $1",
            arguments: [account.blob])
        guard count ?? 0 < limit else {
            throw ServerError.refused(
                .tooMany, detail: "An account may push as \(limit) replicas. Ask the operator.")
        }
    }

    private func checkTime(of header: SegmentHeader, now: UnixTime) throws {
        let lead = Int64(clamping: header.highestStamp.milliseconds) - now.milliseconds
        guard lead <= ProtocolLimits.futureTolerance.wholeMilliseconds else {
            throw ServerError.refused(
                .fromTheFuture,
                detail: "A change is dated \(lead / 1000) s ahead; at most 300. Set the clock.")
        }
    }
}
