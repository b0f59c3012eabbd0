import GRDB

/// Writes the values of a conflict again, with the rows that belong to it: the parents that a
/// deleted row cannot be without, and the children that were deleted with it.
struct ConflictRestorer {
    let db: Database
    let schema: SyncSchema
    /// All conflicts, newest first.
    let listed: [Conflict]

    private struct RowName: Hashable {
        let table: TableID
        let key: RowKey
    }

    /// The newest conflict of each deleted row.
    private let deletedByRow: [RowName: Conflict]
    /// Conflicts whose lost values name a row as their parent.
    private let childrenByParent: [RowName: [Conflict]]

    init(_ db: Database, _ schema: SyncSchema, listed: [Conflict]) {
        (self.db, self.schema, self.listed) = (db, schema, listed)
        var deletedByRow: [RowName: Conflict] = [:]
        var childrenByParent: [RowName: [Conflict]] = [:]
        for conflict in listed {
            guard let table = schema.table(named: conflict.table) else { continue }
            if conflict.kind.isDeletion {
                let name = RowName(table: table.id, key: conflict.key)
                guard deletedByRow[name] == nil else { continue }
                deletedByRow[name] = conflict
            } else if conflict.kind != .referenceCleared {
                continue
            }
            for reference in table.references {
                guard
                    let parent = Self.parent(by: reference, in: conflict.lost, schema)
                else { continue }
                childrenByParent[parent, default: []].append(conflict)
            }
        }
        self.deletedByRow = deletedByRow
        self.childrenByParent = childrenByParent
    }

    private static func parent(
        by reference: SyncedReference, in values: [String: SQLValue], _ schema: SyncSchema
    ) -> RowName? {
        guard
            let value = values.first(where: {
                $0.key.lowercased() == reference.column.lowercased()
            })?.value,
            case .blob(let bytes) = value, let key = RowKey(bytes),
            let parent = schema.table(named: reference.parent)
        else { return nil }
        return RowName(table: parent.id, key: key)
    }

    /// Restores a conflict; returns all that were restored.
    ///
    /// - Parameter changes: Values to write in place of the lost ones, by column.
    func run(_ conflict: Conflict, changing changes: [String: SQLValue]) throws -> [Conflict] {
        var restored = [conflict]
        var values = conflict.lost.merging(changes) { $1 }
        let row = try name(of: conflict)
        if !conflict.kind.isDeletion, try !exists(row) {
            guard let deleted = deletedByRow[row] else {
                throw StoreError.deletedSince(table: conflict.table)
            }
            values = deleted.lost.merging(values) { $1 }
            restored.append(deleted)
        }
        // Parents may come after their children; what is missing is noticed before.
        try db.execute(sql: "PRAGMA defer_foreign_keys = ON")
        var seen = Set([row])
        restored += try restoreParents(of: conflict, with: values, &seen)
        try write(values, of: conflict.key, in: conflict.table)
        guard restored.contains(where: { $0.kind.isDeletion && $0.key == conflict.key }) else {
            return restored
        }
        var next = try children(of: conflict)
        while let child = next.popLast() {
            if child.kind == .referenceCleared {
                if try reference(child) { restored.append(child) }
                continue
            }
            guard try seen.insert(name(of: child)).inserted, try !exists(name(of: child)) else {
                continue
            }
            restored += try restoreParents(of: child, with: child.lost, &seen)
            try write(child.lost, of: child.key, in: child.table)
            restored.append(child)
            next += try children(of: child)
        }
        return restored
    }

    private func name(of conflict: Conflict) throws -> RowName {
        guard let table = schema.table(named: conflict.table) else {
            throw StoreError.unknownConflict(conflict.id)
        }
        return RowName(table: table.id, key: conflict.key)
    }

    private func children(of conflict: Conflict) throws -> [Conflict] {
        childrenByParent[try name(of: conflict)] ?? []
    }

    /// Inserts the parents that a row names and that are deleted, and theirs, without their other
    /// children.
    private func restoreParents(
        of conflict: Conflict, with values: [String: SQLValue], _ seen: inout Set<RowName>
    ) throws -> [Conflict] {
        var restored: [Conflict] = []
        var next = [(table: conflict.table, values: values)]
        while let row = next.popLast() {
            for reference in schema.table(named: row.table)?.references ?? [] {
                guard
                    let parent = Self.parent(by: reference, in: row.values, schema),
                    !seen.contains(parent), try !exists(parent)
                else { continue }
                guard let lost = deletedByRow[parent] else {
                    throw StoreError.missingParent(
                        table: row.table, column: reference.column, parent: reference.parent)
                }
                seen.insert(parent)
                try write(lost.lost, of: lost.key, in: lost.table)
                restored.append(lost)
                next.append((lost.table, lost.lost))
            }
        }
        return restored
    }

    private func exists(_ row: RowName) throws -> Bool {
        guard let table = schema.table(id: row.table) else { return false }
        let found = try PreparedStatement(
            "SELECT 1 FROM \(quoted(table.name)) WHERE id = ?", in: db)
        found.bind(row.key, at: 1)
        return try found.step()
    }

    /// Lets a row name its parent again, unless it names another one by now.
    private func reference(_ conflict: Conflict) throws -> Bool {
        guard let (column, value) = conflict.lost.first else { return false }
        let found = try PreparedStatement(
            """
            SELECT 1 FROM \(quoted(conflict.table)) WHERE id = ? AND \(quoted(column)) IS NULL
            """, in: db)
        found.bind(conflict.key, at: 1)
        guard try found.step() else { return false }
        found.reset()
        try write([column: value], of: conflict.key, in: conflict.table)
        return true
    }

    private func write(
        _ values: [String: SQLValue], of key: RowKey, in table: String
    ) throws {
        let names = values.keys.sorted()
        let parameters = names.map { values[$0] ?? .null }
        do {
            if try exists(RowName(table: schema.table(named: table)?.id ?? 0, key: key)) {
                let settings = names.map { "\(quoted($0)) = ?" }.joined(separator: ", ")
                try PreparedStatement(
                    "UPDATE \(quoted(table)) SET \(settings) WHERE id = ?", in: db
                ).run(parameters + [.blob(key.bytes)])
            } else {
                let columns = (["id"] + names).map(quoted).joined(separator: ", ")
                let marks = Array(repeating: "?", count: names.count + 1).joined(separator: ", ")
                try PreparedStatement(
                    "INSERT INTO \(quoted(table))(\(columns)) VALUES(\(marks))", in: db
                ).run([.blob(key.bytes)] + parameters)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw try clash(of: values, of: key, in: table) ?? error
        }
        try db.notifyChanges(in: Table(table))
    }

    /// Which row has unique values that are to be written, nil where none has.
    private func clash(
        of values: [String: SQLValue], of key: RowKey, in name: String
    ) throws -> StoreError? {
        for set in schema.table(named: name)?.unique ?? [] {
            // A column that is not written keeps the value that the row has.
            let terms = set.map { column in
                values.keys.contains(where: { $0.lowercased() == column.lowercased() })
                    ? "\(quoted(column)) = ?"
                    : "\(quoted(column)) = (SELECT \(quoted(column)) FROM \(quoted(name)) "
                        + "WHERE id = ?)"
            }
            let parameters = set.map { column in
                values.first { $0.key.lowercased() == column.lowercased() }?.value
                    ?? .blob(key.bytes)
            }
            let found = try PreparedStatement(
                """
                SELECT id FROM \(quoted(name)) WHERE \(terms.joined(separator: " AND "))
                AND id <> ? LIMIT 1
                """, in: db)
            try found.bind(parameters + [.blob(key.bytes)])
            if try found.step() {
                return .valueTaken(table: name, columns: set, by: try found.key(0))
            }
        }
        return nil
    }
}
