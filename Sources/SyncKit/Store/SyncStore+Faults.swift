import GRDB

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
