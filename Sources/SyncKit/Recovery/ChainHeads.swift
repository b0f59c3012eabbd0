import GRDB

/// The end of each replica's chain in what is applied here: its last segment up to the cursor.
///
/// A server that leaves a segment out is found by the next one of the same replica, which names
/// another one before it. Read once for a page, and stored with it.
final class ChainHeads {
    /// A replica's last segment.
    struct Head: Hashable {
        let number: Int64
        let digest: [UInt8]
    }

    private let db: Database
    private(set) var headsByReplica: [ReplicaID: Head] = [:]
    private var changed: Set<ReplicaID> = []
    private var missing: MissingRanges

    init(_ db: Database) throws {
        self.db = db
        missing = try MissingRanges(db)
        let found = try PreparedStatement("SELECT replica, number, digest FROM sync_chains", in: db)
        while try found.step() {
            guard let replica = ReplicaID(found.bytes(0)) else {
                throw StoreError.damaged("sync_chains")
            }
            headsByReplica[replica] = Head(number: found.integer(1), digest: found.bytes(2))
        }
    }

    /// Notes an authentic segment that is held here now; whether others of its replica before it
    /// never came, which nobody has noticed yet.
    ///
    /// - Parameter isOwn: Whether this replica sealed it: what of its own comes back it holds.
    func receive(_ segment: SealedSegment, isOwn: Bool) throws -> Bool {
        let header = segment.header
        let number = Int64(clamping: header.number)
        try missing.remove(number, of: header.replica)
        let known = headsByReplica[header.replica]
        guard number > known?.number ?? 0 else { return false }
        set(Head(number: number, digest: segment.hash), of: header.replica)
        return try !isOwn && isGap(after: known, before: header)
    }

    /// What a segment is beside those of its replica that were taken since the order was last read
    /// from its beginning.
    enum Arrival {
        /// It was not taken yet.
        case new
        /// It, or a later one, was taken: a server could give it again at any later place, when a
        /// deletion of its rows is forgotten.
        case repeated
        /// Another one of the same number was taken: the order is not the one that was read.
        case other
    }

    /// What an authentic segment is here.
    func arrival(of segment: SealedSegment) throws -> Arrival {
        let number = Int64(clamping: segment.header.number)
        guard
            let known = headsByReplica[segment.header.replica], number <= known.number,
            try !missing.contains(number, of: segment.header.replica)
        else { return .new }
        return number == known.number && segment.hash != known.digest ? .other : .repeated
    }

    /// Notes the last segment of a replica.
    func set(_ head: Head, of replica: ReplicaID) {
        headsByReplica[replica] = head
        changed.insert(replica)
    }

    /// Stores what changed.
    func flush() throws {
        for replica in changed.sorted() {
            guard let head = headsByReplica[replica] else { continue }
            try PreparedStatement(
                "INSERT OR REPLACE INTO sync_chains(replica, number, digest) VALUES(?, ?, ?)",
                in: db
            ).run(.blob(replica.bytes), .integer(head.number), .blob(head.digest))
        }
        changed.removeAll()
    }

    /// Takes the heads that a whole snapshot says, and forgets what it made good.
    static func replace(with heads: [ReplicaID: Head], in db: Database) throws {
        try db.execute(sql: "DELETE FROM sync_chains; DELETE FROM sync_missing")
        let chains = try ChainHeads(db)
        for (replica, head) in heads { chains.set(head, of: replica) }
        try chains.flush()
    }

    /// The heads up to which every group is complete: what a snapshot's rows hold.
    func complete() throws -> [ReplicaID: Head] {
        let groups = PartialGroups(db)
        guard try groups.exist() else { return headsByReplica }
        var heads = headsByReplica
        for (replica, head) in headsByReplica {
            guard let first = try groups.open(at: head.number, of: replica) else { continue }
            let number = Int64(clamping: first.header.number) - 1
            heads[replica] = number > 0 ? Head(number: number, digest: first.header.previous) : nil
        }
        return heads
    }

    private func isGap(after known: Head?, before header: SegmentHeader) throws -> Bool {
        let number = Int64(clamping: header.number)
        var wanted = header.previous
        var last = number - 1
        // What was set aside is here all the same.
        while last > known?.number ?? 0, let held = try Quarantine(db).segment(wanted) {
            guard
                held.header.replica == header.replica,
                Int64(clamping: held.header.number) == last
            else { break }
            wanted = held.header.previous
            last -= 1
        }
        let first = (known?.number ?? 0) + 1
        if last >= first {
            return try missing.add(first...last, of: header.replica)
        }
        guard wanted != known?.digest ?? SegmentHeader.noDigest else { return false }
        // Another segment stands where the writer's own stood.
        return try missing.add(max(last, 1)...max(last, 1), of: header.replica)
    }
}
