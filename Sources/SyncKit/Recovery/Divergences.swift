import GRDB

/// Replicas whose state differed from this one's after the same changes.
struct Divergences {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Notes a difference; whether all is to be pulled and merged again for it.
    ///
    /// The first time it is, and the second, fourth, eighth: what a repair does not mend it will
    /// hardly mend the next day.
    func note(_ replica: ReplicaID, wall: UInt64) throws -> Bool {
        let found = try PreparedStatement(
            """
            INSERT INTO sync_divergence(replica, count, found) VALUES(?1, 1, ?2)
            ON CONFLICT DO UPDATE SET count = min(count, 1000000000) + 1, found = ?2
            RETURNING count
            """, in: db)
        try found.bind([.blob(replica.bytes), .integer(Int64(clamping: wall))])
        guard try found.step() else { return true }
        return found.integer(0).nonzeroBitCount == 1
    }

    /// The replica's state is the same as here.
    func forget(_ replica: ReplicaID) throws {
        try PreparedStatement("DELETE FROM sync_divergence WHERE replica = ?", in: db)
            .run(.blob(replica.bytes))
    }

    /// Forgets replicas that were not seen for ``Limits/conflictDays``: their ids may be retired.
    func purge(wall: UInt64) throws {
        let kept = Int64(Limits.conflictDays) * 24 * 3600 * 1000
        let (oldest, overflow) = Int64(clamping: wall).subtractingReportingOverflow(kept)
        guard !overflow else { return }
        try PreparedStatement("DELETE FROM sync_divergence WHERE found < ?", in: db)
            .run(.integer(oldest))
    }

    /// Those that differed again after a repair.
    func lasting() throws -> [ReplicaID] {
        let found = try PreparedStatement(
            "SELECT replica FROM sync_divergence WHERE count > 1 ORDER BY replica", in: db)
        var replicas: [ReplicaID] = []
        while try found.step() {
            if let replica = ReplicaID(found.bytes(0)) { replicas.append(replica) }
        }
        return replicas
    }
}

extension SyncStore {
    /// What is known to be missing or to differ since earlier exchanges; empty where all is well.
    public func faults() throws -> SyncFaults {
        try pool.read { db in
            var faults = SyncFaults()
            faults.missingSegments = try MissingRanges(db).all()
            faults.divergentReplicas = try Divergences(db).lasting()
            faults.isQuarantineFull = try Quarantine(db).load().isFull
            return faults
        }
    }
}
