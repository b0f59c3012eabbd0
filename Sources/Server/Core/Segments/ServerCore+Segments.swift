import AtelierProtocol
import CreditLedger
import Foundation
import GRDB
import SignedObjects
import SyncKit

/// One stored segment.
struct StoredSegment: Sendable {
    let sequence: Int64
    let bytes: Data
}

extension ServerCore {
    /// Stores a sealed segment at the end of the account's order; safe to repeat.
    func push(_ incoming: IncomingRequest) async throws -> PushReply {
        let segment: SealedSegment
        do {
            segment = try SealedSegment(bytes: incoming.body)
        } catch {
            throw ServerError.refused(.malformed, detail: "\(error)")
        }
        let sequence = try await authorized(incoming) { db, caller, now in
            guard segment.header.account == caller.account.bytes else {
                throw ServerError.refused(
                    .malformed, detail: "The segment belongs to another account.")
            }
            try Rate.count(
                "push \(caller.account)", limit: self.policy.segmentsPerMinute, now: now, in: db)
            let standing = try LedgerStore(account: caller.account, db: db).standing()
            if let order = standing.suspension(at: now) {
                throw ServerError.refused(
                    .suspended,
                    detail:
                        "The account is suspended (\(order.reason)). Changes wait on the device.")
            }
            return try SegmentStore(account: caller.account, db: db).append(segment, now: now)
        }
        return PushReply(sequence: sequence, epoch: try await epoch(), time: clock())
    }

    /// The segments after a place in the account's order, bounded by count and bytes.
    func pull(
        after sequence: Int64, limit: Int, _ incoming: IncomingRequest
    ) async throws -> [StoredSegment] {
        try await authorized(incoming) { db, caller, now in
            try self.countRequest(of: caller, now: now, in: db)
            return try SegmentStore(account: caller.account, db: db)
                .page(after: sequence, limit: limit)
        }
    }
}

/// The segments of one account, in the order that every device sees.
struct SegmentStore {
    let account: AccountID
    let db: Database

    func append(_ segment: SealedSegment, now: UnixTime) throws -> Int64 {
        let header = segment.header
        let replica = Data(header.replica.bytes)
        let hash = Data(segment.hash)
        let number = Int64(clamping: header.number)
        let last = try Row.fetchOne(
            db,
            sql: """
                SELECT number, hash FROM segment WHERE account = $1 AND replica = $2
                ORDER BY number DESC LIMIT 1
                """,
            arguments: [account.blob, replica])
        let lastNumber: Int64 = last?["number"] ?? 0
        if number <= lastNumber {
            return try repeated(number, replica, hash, isLast: number == lastNumber)
        }
        guard number == lastNumber + 1 else {
            throw ServerError.refused(
                .malformed,
                detail: "Segment \(number) leaves a gap: \(lastNumber + 1) is next.")
        }
        let lastHash: Data = last?["hash"] ?? Digest.zero.blob
        guard Data(header.previous) == lastHash else {
            throw ServerError.refused(
                .fork, detail: "Segment \(number) does not follow the stored \(lastNumber).")
        }
        try checkTime(of: header, now: now)
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
        return sequence
    }

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

    private func repeated(
        _ number: Int64, _ replica: Data, _ hash: Data, isLast: Bool
    ) throws -> Int64 {
        let known = try Row.fetchOne(
            db,
            sql: """
                SELECT seq, hash FROM segment
                WHERE account = $1 AND replica = $2 AND number = $3
                """,
            arguments: [account.blob, replica, number])
        if let known, known["hash"] == hash { return known["seq"] }
        throw isLast
            ? ServerError.refused(
                .fork, detail: "Another segment \(number) of this replica is stored.")
            : ServerError.refused(
                .rewind, detail: "This replica was already past \(number): it was set back.")
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
