import GRDB

/// The stamps that were known when the server last lost data, as by a restore.
///
/// A row that began at one of them, and is neither here nor deleted, was deleted, and its tombstone
/// cleared away. The server may have the row again, and not its deletion.
final class StampsBeforeReset {
    private let db: Database
    /// Read when a row is first asked about: most transactions of the engine begin none.
    private var resetting: (stamp: StampNumber, time: HybridTimestamp)?
    /// Read when it is first asked for: later moments, which nearly all are, need no look.
    private var stamps: Set<Stamp>?

    init(_ db: Database) {
        self.db = db
    }

    /// Whether `stamp` was known by then.
    func contains(_ stamp: Stamp) throws -> Bool {
        let resetting = try resetting ?? StoreState(db: db).lastEpochReset
        self.resetting = resetting
        guard stamp.time <= resetting.time, resetting.stamp > .zero else { return false }
        let stamps = try stamps ?? read(through: resetting.stamp)
        self.stamps = stamps
        return stamps.contains(stamp)
    }

    private func read(through last: StampNumber) throws -> Set<Stamp> {
        let found = try PreparedStatement(
            """
            SELECT time, handle FROM sync_stamps JOIN sync_replicas
            ON sync_replicas.number = sync_stamps.replica WHERE sync_stamps.number <= ?
            """, in: db)
        found.bind(last, at: 1)
        var all: Set<Stamp> = []
        while try found.step() {
            all.insert(
                Stamp(
                    time: HybridTimestamp(rawValue: UInt64(clamping: found.integer(0))),
                    replica: UInt64(bitPattern: found.integer(1))))
        }
        return all
    }
}
