import Crypto
import GRDB

/// The conflicts that were restored, on whichever device: rows of a table that syncs like the
/// app's, so that a conflict that is restored here goes from the list everywhere.
///
/// A row's key is a hash of what was lost and where, the same on every device that lists it: not of
/// its stamp, which may be another one by the time it is sent. What loses again after it was
/// restored is dated later than the row, and is listed again.
struct RestoredConflicts {
    /// The table; its id lies above those that a schema may declare.
    static let table = SyncedTable(
        "sync_restored", id: TableID(Limits.highestTableID),
        columns: [SyncedColumn("restored", id: 1)])

    private let session: StoreSession

    init(_ session: StoreSession) {
        self.session = session
    }

    /// Whether any conflict was restored of late.
    func exist() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_restored LIMIT 1", in: session.db).step()
    }

    /// Whether this loss was restored after the stamp at which the lost values were written.
    ///
    /// - Parameter lost: As ``ConflictLog/encode(_:)`` makes it.
    func contains(
        _ lost: [UInt8], of row: RowKey, _ column: ColumnID, in table: TableID,
        lostStamp: StampNumber
    ) throws -> Bool {
        guard
            let store = try session.table(Self.table.id),
            let declared = try session.table(table)
        else { return false }
        let key = try Self.key(of: lost, of: row, column, in: declared)
        guard case .alive(let restored) = try store.row(key) else { return false }
        return try session.stamps.stamp(lostStamp) < session.stamps.stamp(restored.createdStamp)
    }

    /// Takes every conflict off the list that was restored: after rows of the table were merged.
    func takeOffList() throws {
        let listed = try PreparedStatement(
            "SELECT id, tbl, row, col, lost, lost_stamp FROM sync_conflicts", in: session.db)
        var restored: [Int64] = []
        while try listed.step() {
            let isRestored = try contains(
                listed.bytes(4), of: listed.key(2), ColumnID(UInt8(clamping: listed.integer(3))),
                in: listed.tableID(1), lostStamp: listed.stampNumber(5))
            if isRestored { restored.append(listed.integer(0)) }
        }
        listed.reset()
        for id in restored {
            try PreparedStatement("DELETE FROM sync_conflicts WHERE id = ?", in: session.db)
                .run(.integer(id))
        }
        if !restored.isEmpty { session.hasChangedConflicts = true }
    }

    /// Notes, as a write of the app, that a listed conflict is restored, and takes it off the list
    /// with any that lost the same. Forgets what no device lists any more.
    ///
    /// - Parameter wall: Now, in milliseconds since 1970 UTC.
    func note(_ id: Conflict.ID, wall: UInt64) throws {
        let db = session.db
        let named = try PreparedStatement(
            """
            SELECT other.id, other.tbl, other.row, other.col, other.lost
            FROM sync_conflicts AS one JOIN sync_conflicts AS other
            ON other.tbl = one.tbl AND other.row = one.row AND other.col = one.col
            WHERE one.id = ? ORDER BY other.id = one.id DESC
            """, in: db)
        named.bind(id, at: 1)
        var key: RowKey?
        var taken: [Int64] = []
        while try named.step() {
            guard let table = try session.table(named.tableID(1)) else { return }
            let found = try Self.key(
                of: named.bytes(4), of: named.key(2), ColumnID(UInt8(clamping: named.integer(3))),
                in: table)
            key = key ?? found
            if key == found { taken.append(named.integer(0)) }
        }
        named.reset()
        guard let key else { return }
        for id in taken {
            try PreparedStatement("DELETE FROM sync_conflicts WHERE id = ?", in: db)
                .run(.integer(id))
        }
        let now = Int64(clamping: wall)
        try PreparedStatement("DELETE FROM sync_restored WHERE restored < ?", in: db)
            .run(.integer(now - 2 * Int64(Limits.conflictDays) * 86_400_000))
        try PreparedStatement("REPLACE INTO sync_restored(id, restored) VALUES(?, ?)", in: db)
            .run(.blob(key.bytes), .integer(now))
    }

    /// What stands for a loss on every device. What was added to counters has no part in it: others
    /// may have added more when the row was deleted.
    static func key(
        of lost: [UInt8], of row: RowKey, _ column: ColumnID, in table: TableStore
    ) throws -> RowKey {
        let cells = try ConflictLog.decode(lost).filter { !table.counters.contains($0.column) }
        var hash = SHA256()
        hash.update(data: [UInt8(clamping: table.table.id.rawValue), column.rawValue])
        hash.update(data: row.bytes)
        hash.update(data: ConflictLog.encode(cells))
        guard let key = RowKey(hash.finalize().prefix(RowKey.byteCount)) else {
            throw StoreError.damaged("sync_conflicts")
        }
        return key
    }
}
