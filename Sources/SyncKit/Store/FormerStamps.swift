import GRDB

/// The stamps that were known when the server last lost its memory, as by a restore.
///
/// A row that began at one of them, and is neither here nor buried, was deleted, and its grave
/// cleared away. The server may have the row again, and not its deletion.
final class FormerStamps {
    private let db: Database
    private let meeting: (stamp: Int64, time: HybridTimestamp)
    /// Read when it is first asked for: later moments, which nearly all are, need no look.
    private var stamps: Set<Stamp>?

    init(_ db: Database) throws {
        self.db = db
        meeting = try StoreState(db: db).lastMeeting
    }

    /// Whether `stamp` was known by then.
    func contains(_ stamp: Stamp) throws -> Bool {
        guard stamp.time <= meeting.time, meeting.stamp > 0 else { return false }
        if let stamps { return stamps.contains(stamp) }
        let all = try read()
        stamps = all
        return all.contains(stamp)
    }

    private func read() throws -> Set<Stamp> {
        let found = try PreparedStatement(
            """
            SELECT time, handle FROM sync_stamps JOIN sync_replicas
            ON sync_replicas.number = sync_stamps.replica WHERE sync_stamps.number <= ?
            """, in: db)
        found.bind(meeting.stamp, at: 1)
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
