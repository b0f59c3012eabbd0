import GRDB

/// A value that lost against a write that did not know of it.
public struct Conflict: Hashable, Sendable, Identifiable {
    /// What happened.
    public enum Kind: Int64, Hashable, Sendable {
        /// Two replicas wrote the same column; the later write stands.
        case cellOverwritten = 0
        /// One replica deleted the row while another wrote to it; it is deleted.
        case rowDeleted = 1
        /// Two rows took the same value of a column that is unique; the later row's is set aside.
        case duplicateValue = 2
        /// Rows of a tree became each other's parents; the one that was moved last is a root now.
        case cycleBroken = 3
        /// The row was deleted together with one that another replica wrote to: as its child, or as
        /// the parent that it cannot be without.
        case deletedWithRow = 4
        /// A row's reference became null because its parent was deleted, although another replica
        /// wrote to the parent.
        case referenceCleared = 5

        /// Whether the row was deleted.
        var isDeletion: Bool { self == .rowDeleted || self == .deletedWithRow }
    }

    /// Its number on this replica.
    public let id: Int64
    /// What happened.
    public let kind: Kind
    /// The table's name.
    public let table: String
    /// The row.
    public let key: RowKey
    /// The lost values by column name: one of an overwritten cell, all of a deleted row.
    public let lost: [String: SQLValue]
    /// When and where the lost values were written.
    public let lostStamp: Stamp
    /// What stands now, by column name; empty where the row does not exist.
    public let standing: [String: SQLValue]
    /// When and where the winning write was made.
    public let standingStamp: Stamp
    /// When this replica found it, in milliseconds since 1970 UTC.
    public let foundMilliseconds: UInt64
}

extension SyncStore {
    /// Values that lost against writes which did not know of them, newest first.
    ///
    /// - Parameter limit: The most to return.
    public func conflicts(limit: Int = 1000) throws -> [Conflict] {
        try read { try Self.conflicts(in: StoreSession($0, schema), limit: limit) }
    }

    /// How many conflicts are listed.
    public func conflictCount() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sync_conflicts") ?? 0 }
    }

    /// The list of conflicts, now and again whenever it changes, or what stands in their place.
    ///
    /// It sees what this store merges, restores and dismisses. See ``observe(_:)`` for what is
    /// delivered when.
    ///
    /// - Parameter limit: The most to deliver, the newest ones.
    public func observeConflicts(
        limit: Int = 1000
    ) -> some AsyncSequence<[Conflict], any Error> & Sendable {
        let regions = ["sync_conflicts"] + schema.tables.map(\.name)
        return ValueObservation.tracking(regions: regions.map { Table($0) }) { [schema] db in
            try Self.conflicts(in: StoreSession(db, schema), limit: limit)
        }
        .removeDuplicates()
        .values(in: pool, bufferingPolicy: .bufferingNewest(1))
    }

    /// Writes the lost values of a conflict again, as a write of now, and takes it off the list of
    /// every device.
    ///
    /// A deleted row is inserted again, with the parents that were deleted with it and that it
    /// cannot be without, and with its children, theirs and so on, as far as they are listed. All
    /// of it is one transaction.
    ///
    /// - Parameters:
    ///   - id: The conflict.
    ///   - changes: Values to write in place of the lost ones, by column, as where another row has
    ///     a unique value by now.
    /// - Returns: The conflicts that were restored, the named one first.
    /// - Throws: ``StoreError/unknownConflict(_:)``,
    ///   ``StoreError/valueTaken(table:columns:by:)``,
    ///   ``StoreError/missingParent(table:column:parent:)``,
    ///   ``StoreError/deletedSince(table:)``; what SQLite says of the write.
    @discardableResult
    public func restore(
        _ id: Conflict.ID, changing changes: [String: SQLValue] = [:]
    ) throws -> [Conflict] {
        try write { db in
            let session = try StoreSession(db, schema)
            let listed = try Self.conflicts(in: session, limit: .max)
            guard let conflict = listed.first(where: { $0.id == id }) else {
                throw StoreError.unknownConflict(id)
            }
            let restored = try ConflictRestorer(db, schema, listed: listed)
                .run(conflict, changing: changes)
            let wall = try correctedWall(db)
            for conflict in restored {
                try RestoredConflicts(session).note(conflict.id, wall: wall)
            }
            try db.notifyChanges(in: Table("sync_conflicts"))
            return restored
        }
    }

    /// Takes a conflict off the list of this device; nothing else changes.
    public func dismiss(_ id: Conflict.ID) throws {
        try engineWrite { session in
            try PreparedStatement("DELETE FROM sync_conflicts WHERE id = ?", in: session.db)
                .run(.integer(id))
            session.hasChangedConflicts = true
        }
    }

    private static func conflicts(
        in session: StoreSession, limit: Int
    ) throws -> [Conflict] {
        let found = try PreparedStatement(
            """
            SELECT id, tbl, row, col, kind, lost, lost_stamp, won_stamp, found
            FROM sync_conflicts
            ORDER BY found DESC, max(lost_stamp, won_stamp) DESC, id LIMIT ?
            """, in: session.db)
        try found.bind([.integer(Int64(limit))])
        var conflicts: [Conflict] = []
        while try found.step() {
            if let conflict = try Self.conflict(in: found, session) { conflicts.append(conflict) }
        }
        return conflicts
    }

    private static func conflict(
        in found: PreparedStatement, _ session: StoreSession
    ) throws -> Conflict? {
        guard
            let table = try session.table(found.tableID(1)),
            let kind = Conflict.Kind(rawValue: found.integer(4))
        else { return nil }
        let key = try found.key(2)
        var lost: [String: SQLValue] = [:]
        var standing: [String: SQLValue] = [:]
        let rowID = try table.rowID(of: key)
        for cell in try ConflictLog.decode(found.bytes(5)) {
            guard let column = table.column(cell.column) else { continue }
            lost[column.name] = cell.value
            if let rowID {
                standing[column.name] = try table.value(of: cell.column, at: rowID)
            }
        }
        return Conflict(
            id: found.integer(0), kind: kind, table: table.table.name, key: key, lost: lost,
            lostStamp: try session.stamps.stamp(found.stampNumber(6)), standing: standing,
            standingStamp: try session.stamps.stamp(found.stampNumber(7)),
            foundMilliseconds: UInt64(clamping: found.integer(8)))
    }
}
