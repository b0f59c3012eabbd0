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
        try read { db in
            let session = try StoreSession(db, schema)
            let found = try PreparedStatement(
                """
                SELECT id, tbl, row, col, kind, lost, lost_stamp, won_stamp, found
                FROM sync_conflicts
                ORDER BY found DESC, max(lost_stamp, won_stamp) DESC, id LIMIT ?
                """, in: db)
            try found.bind([.integer(Int64(limit))])
            var conflicts: [Conflict] = []
            while try found.step() {
                guard let conflict = try Self.conflict(in: found, session) else { continue }
                conflicts.append(conflict)
            }
            return conflicts
        }
    }

    /// Writes the lost values of a conflict again, as a write of now, and takes it off the list.
    ///
    /// A deleted row is inserted again.
    ///
    /// - Throws: ``StoreError/unknownConflict(_:)``; what SQLite says of the write.
    public func restore(_ id: Conflict.ID) throws {
        guard let conflict = try conflicts(limit: .max).first(where: { $0.id == id }) else {
            throw StoreError.unknownConflict(id)
        }
        try write { db in
            try Self.write(conflict.lost, of: conflict.key, in: conflict.table, db)
            try db.notifyChanges(in: Table(conflict.table))
        }
        try dismiss(id)
    }

    /// Takes a conflict off the list; nothing else changes.
    public func dismiss(_ id: Conflict.ID) throws {
        try engineWrite { session in
            try PreparedStatement("DELETE FROM sync_conflicts WHERE id = ?", in: session.db)
                .run(.integer(id))
        }
    }

    private static func write(
        _ values: [String: SQLValue], of key: RowKey, in table: String, _ db: Database
    ) throws {
        let names = values.keys.sorted()
        let exists = try PreparedStatement("SELECT 1 FROM \(quoted(table)) WHERE id = ?", in: db)
        try exists.bind([.blob(key.bytes)])
        if try exists.step() {
            let settings = names.map { "\(quoted($0)) = ?" }.joined(separator: ", ")
            try PreparedStatement("UPDATE \(quoted(table)) SET \(settings) WHERE id = ?", in: db)
                .run(names.map { values[$0] ?? .null } + [.blob(key.bytes)])
        } else {
            let columns = (["id"] + names).map(quoted).joined(separator: ", ")
            let marks = Array(repeating: "?", count: names.count + 1).joined(separator: ", ")
            try PreparedStatement(
                "INSERT INTO \(quoted(table))(\(columns)) VALUES(\(marks))", in: db
            ).run([.blob(key.bytes)] + names.map { values[$0] ?? .null })
        }
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
