import AtelierProtocol
import Foundation
import SignedObjects
import SyncKit

/// One stored segment.
struct StoredSegment: Sendable {
    let sequence: Int64
    /// See ``HistoryHash``.
    let historyHash: HistoryHash
    let bytes: Data
}

/// The segments of one account, in the order that every device sees.
///
/// A replica's last segment stays known in `chain_tip`, which stays when the segment goes.
struct SegmentStore {
    private struct Tip {
        let number: Int64
        let hash: Data
        let sequence: Int64
    }

    /// What became of a pushed segment.
    struct Appended {
        let sequence: Int64
        /// Nil where the segment was compacted since it was first pushed.
        let historyHash: HistoryHash?
        let isNew: Bool
    }

    let account: AccountID
    let db: Database

    /// Stores a segment, or finds it stored.
    ///
    /// - Parameter row: What ``tipStatement(of:_:)`` found.
    /// - Throws: ``ServerError`` where it does not continue its replica's chain.
    func append(
        _ segment: SealedSegment, after row: Row?, now: UnixTime, replicaLimit: Int
    ) throws -> Appended {
        let number = Int64(clamping: segment.header.number)
        let tip = try row.map {
            Tip(number: try $0["number"], hash: try $0["hash"], sequence: try $0["seq"])
        }
        let last = tip?.number ?? 0
        if let tip, number <= last {
            let sequence = try repeated(number, of: segment, tip: tip)
            return Appended(
                sequence: sequence, historyHash: try historyHash(at: sequence), isNew: false)
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
        let sequence = try insert(segment, now: now)
        let historyHash = HistoryHash(
            of: sequence, hash: Digest(checked: segment.hash), received: now.milliseconds)
        return Appended(sequence: sequence, historyHash: historyHash, isNew: true)
    }

    /// Segments after a sequence, at least one where there is any.
    func page(after sequence: Int64, limit: Int) throws -> [StoredSegment] {
        let end = try end(after: sequence, count: limit, bytes: ProtocolLimits.pageBytes)
        return try db.rows(
            """
            SELECT seq, hash, received, bytes FROM segment
            WHERE account = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq
            """,
            [account.blob, sequence, end]
        ).map {
            StoredSegment(
                sequence: try $0["seq"], historyHash: try Self.historyHash(of: $0),
                bytes: try $0["bytes"])
        }
    }

    /// The history hash of a sequence; nil where nothing is known of it: it is 0, below the floor
    /// or past the head.
    func historyHash(at sequence: Int64) throws -> HistoryHash? {
        let row = try db.row(
            "SELECT seq, hash, received FROM segment WHERE account = ?1 AND seq = ?2",
            [account.blob, sequence])
        if let row { return try Self.historyHash(of: row) }
        let kept: Data? = try db.value(
            "SELECT floor_history_hash FROM account_head WHERE account = ?1 AND floor = ?2",
            [account.blob, sequence])
        return kept.flatMap { HistoryHash($0) }
    }

    private static func historyHash(of row: Row) throws -> HistoryHash {
        HistoryHash(
            of: try row["seq"], hash: try row.fixed("hash"), received: try row["received"])
    }

    /// The last sequence of a step that follows another: bounded by count and bytes, at least one
    /// segment where there is any. Only sizes are read, which costs nothing.
    func end(
        after sequence: Int64, through last: Int64 = .max, count: Int, bytes limit: Int
    ) throws -> Int64 {
        let rows = try db.rows(
            """
            SELECT seq, length(bytes) AS bytes FROM segment
            WHERE account = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4
            """,
            [account.blob, sequence, last, count])
        var (end, bytes) = (sequence, 0)
        for row in rows {
            bytes += try row["bytes"]
            if end > sequence, bytes > limit { break }
            end = try row["seq"]
        }
        return end
    }

    private func insert(_ segment: SealedSegment, now: UnixTime) throws -> Int64 {
        let replica = Data(segment.header.replica.bytes)
        let number = Int64(clamping: segment.header.number)
        let hash = Data(segment.hash)
        let sequence: Int64? = try db.value(
            "UPDATE account_head SET seq = seq + 1 WHERE account = ?1 RETURNING seq",
            [account.blob])
        guard let sequence else { throw ServerError.noSuchAccount(account.description) }
        try db.post(
            .insert(
                into: "segment",
                [
                    "account": account.blob, "seq": sequence, "replica": replica,
                    "number": number, "hash": hash, "bytes": Data(segment.bytes),
                    "received": now.milliseconds,
                ]))
        try db.post(
            .insert(
                into: "chain_tip",
                [
                    "account": account.blob, "replica": replica, "number": number, "hash": hash,
                    "seq": sequence,
                ], onConflict: .updates(by: ["account", "replica"])))
        try EpochCheckpoint.Reading.count(in: db)
        return sequence
    }

    /// The statement that finds a replica's last segment.
    static func tipStatement(of account: AccountID, _ replica: ReplicaID) -> SQLStatement {
        SQLStatement(
            "SELECT number, hash, seq FROM chain_tip WHERE account = ?1 AND replica = ?2",
            [account.blob, Data(replica.bytes)])
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
        let known = try db.row(
            """
            SELECT seq, hash FROM segment
            WHERE account = ?1 AND replica = ?2 AND number = ?3
            """,
            [account.blob, Data(segment.header.replica.bytes), number])
        if let known, try known["hash"] == hash { return try known["seq"] }
        throw ServerError.refused(
            .rewind, detail: "This replica was already past \(number): it was set back.")
    }

    private func checkReplicas(limit: Int) throws {
        let count: Int? = try db.value(
            "SELECT COUNT(*) FROM chain_tip WHERE account = ?1",
            [account.blob])
        guard count ?? 0 < limit else {
            throw ServerError.refused(
                .limitReached,
                detail: "An account may push as \(limit) replicas. Ask the operator.")
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
