import Foundation
import SignedObjects
import SyncKit

/// Sealed segments and snapshots, of which only the plain part is looked at.
extension Doctor {
    /// Every account's order and every replica's chain, without gaps.
    func examineSegments(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        var count = 0
        try forEachAccount(in: store) { account, db in
            var walk = SegmentWalk(account: account)
            do {
                try walk.run(in: db)
            } catch {
                walk.problems.append("\(error)")
            }
            count += walk.count
            for problem in walk.problems { check.add("\(account): \(problem)") }
        }
        check.note = "\(count) segments"
    }

    /// Every snapshot that devices may be sent, with all its chunks.
    func examineSnapshots(
        _ store: any DatabaseStore, _ check: inout DoctorReport.Check
    ) throws {
        var count = 0
        try forEachAccount(in: store) { account, db in
            let rows = try db.rows(
                """
                SELECT id, chunks FROM snapshot
                WHERE account = ?1 AND completed IS NOT NULL AND leaving = 0
                """, [account.blob])
            if rows.count > 1 { check.add("\(account): \(rows.count) snapshots are the newest") }
            for row in rows {
                count += 1
                let id: Data = try row["id"]
                let chunks: Int = try row["chunks"]
                var next = 0
                while next < chunks {
                    // One at a time: a chunk may have a MiB.
                    let chunk = try db.row(
                        """
                        SELECT hash, bytes FROM snapshot_chunk
                        WHERE account = ?1 AND snapshot = ?2 AND chunk_index = ?3
                        """, [account.blob, id, next])
                    let bytes: Data? = try chunk?["bytes"]
                    let hash: Data? = try chunk?["hash"]
                    if bytes.map({ Digest(of: Array($0)).blob }) != hash || bytes == nil {
                        check.add("\(account): chunk \(next) of the snapshot is missing or damaged")
                    }
                    next += 1
                }
            }
        }
        check.note = "\(count) snapshots"
    }
}

/// Goes along one account's segments from the floor to the head.
private struct SegmentWalk {
    private struct Link {
        let number: UInt64
        let hash: Data
        let sequence: Int64
    }

    let account: AccountID
    var problems: [String] = []
    private(set) var count = 0
    private var tips: [Data: Link] = [:]

    init(account: AccountID) { self.account = account }

    mutating func run(in db: Database) throws {
        let row = try db.row(
            "SELECT seq, floor FROM account_head WHERE account = ?1", [account.blob])
        guard let row else { return problems.append("it has no head") }
        let (head, floor): (Int64, Int64) = (try row["seq"], try row["floor"])
        let below: Int64? = try db.value(
            "SELECT COUNT(*) FROM segment WHERE account = ?1 AND seq <= ?2",
            [account.blob, floor])
        if below ?? 0 > 0 { problems.append("\(below ?? 0) segments lie below the floor") }
        var last = floor
        while let next = try next(after: last, in: db) {
            if next.sequence != last + 1 {
                problems.append("segments \(last + 1) to \(next.sequence - 1) are missing")
            }
            take(next)
            last = next.sequence
        }
        if last != head { problems.append("the order ends at \(last), the head is \(head)") }
        try compareTips(floor: floor, in: db)
    }

    private struct Stored {
        let sequence: Int64
        let hash: Data
        let bytes: Data
    }

    /// One at a time: a segment may have a MiB.
    private func next(after sequence: Int64, in db: Database) throws -> Stored? {
        try db.row(
            """
            SELECT seq, hash, bytes FROM segment WHERE account = ?1 AND seq > ?2
            ORDER BY seq LIMIT 1
            """, [account.blob, sequence]
        ).map { Stored(sequence: try $0["seq"], hash: try $0["hash"], bytes: try $0["bytes"]) }
    }

    private mutating func take(_ stored: Stored) {
        count += 1
        guard let segment = try? SealedSegment(bytes: Array(stored.bytes)),
            Data(segment.hash) == stored.hash, segment.header.account == account.bytes
        else { return problems.append("segment \(stored.sequence) is damaged") }
        let replica = Data(segment.header.replica.bytes)
        let number = segment.header.number
        if let before = tips[replica] {
            if number != before.number + 1 || segment.header.previous != Array(before.hash) {
                problems.append("segment \(stored.sequence) does not follow its replica's last")
            }
        } else if number == 1, segment.header.previous != Digest.zero.bytes {
            problems.append("segment \(stored.sequence) is a first one that follows another")
        }
        tips[replica] = Link(number: number, hash: stored.hash, sequence: stored.sequence)
    }

    private mutating func compareTips(floor: Int64, in db: Database) throws {
        let rows = try db.rows(
            "SELECT replica, number, hash, seq FROM chain_tip WHERE account = ?1",
            [account.blob])
        var known: Set<Data> = []
        for row in rows {
            let replica: Data = try row["replica"]
            known.insert(replica)
            let tip = tips[replica]
            let sequence: Int64 = try row["seq"]
            guard sequence > floor || tip != nil else { continue }
            let number: Int64 = try row["number"]
            let hash: Data = try row["hash"]
            if tip?.sequence != sequence || tip?.hash != hash
                || tip?.number != UInt64(exactly: number)
            {
                problems.append("a replica's chain does not end where its tip says")
            }
        }
        let lost = tips.keys.count { !known.contains($0) }
        if lost > 0 { problems.append("\(lost) replicas have segments and no tip") }
    }
}
