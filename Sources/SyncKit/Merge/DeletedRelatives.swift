import GRDB

/// The rows that a batch deletes, of tables that are tied by references.
struct DeletedRows {
    /// By table and key, their indexes in the batch.
    private var indexes: [TableID: [RowKey: Int]] = [:]

    /// Nil where no deleted row can have relatives.
    init?(_ batch: ChangeBatch, _ schema: SyncSchema) {
        guard schema.hasReferences else { return nil }
        for changes in batch.tables where changes.deletes.count > 0 {
            guard schema.isRelated(changes.table) else { continue }
            var indexByKey: [RowKey: Int] = [:]
            indexByKey.reserveCapacity(changes.deletes.count)
            for index in 0..<changes.deletes.count {
                indexByKey[changes.deletes.keys[index]] = index
            }
            indexes[changes.table] = indexByKey
        }
        if indexes.isEmpty { return nil }
    }

    func index(of key: RowKey, in table: TableID) -> Int? { indexes[table]?[key] }

    func contains(_ table: TableID) -> Bool { indexes[table] != nil }
}

/// A row that lost its parent to a deletion that the parent's writer did not know of, and names no
/// parent any more.
struct ClearedReference {
    let table: TableID
    let key: RowKey
    let column: ColumnID
    let parent: RowKey
    /// When it was given that parent.
    let stamp: StampNumber
}

/// Lists, besides a row that was deleted in spite of a write, what was deleted with it: a row comes
/// back with its children, and cannot come back without its parents.
extension BatchMerger {
    /// A row that the batch deletes and that is here still.
    private struct Doomed {
        let row: RowVersion
        let table: TableStore
        let deletedStamp: Int32
    }

    private func doomed(
        _ key: RowKey, in table: TableID, of rows: DeletedRows
    ) throws -> Doomed? {
        guard
            let index = rows.index(of: key, in: table), let store = try session.table(table),
            let deletes = batch.tables.first(where: { $0.table == table })?.deletes,
            case .alive(let row) = try store.row(key),
            deletes.causalLengths[index] > row.causalLength
        else { return nil }
        return Doomed(row: row, table: store, deletedStamp: deletes.stamps[index])
    }

    /// The rows that the batch deletes although others wrote to them without knowing.
    private func lostRows(of rows: DeletedRows) throws -> [Doomed] {
        var lost: [Doomed] = []
        for changes in batch.tables where rows.contains(changes.table) {
            for index in 0..<changes.deletes.count {
                guard
                    let found = try doomed(
                        changes.deletes.keys[index], in: changes.table, of: rows),
                    try concurrentWrite(to: found.row, found.deletedStamp) != nil
                else { continue }
                lost.append(found)
            }
        }
        return lost
    }

    /// The rows that name a row which is about to be lost, by references that then become null:
    /// before anything is merged.
    func referencesToClear(of rows: DeletedRows) throws -> [ClearedReference] {
        guard
            session.schema.allTables.contains(where: { table in
                table.references.contains { $0.onDelete == .setNull }
            })
        else { return [] }
        var cleared: [ClearedReference] = []
        for lost in try lostRows(of: rows).flatMap({ try [$0] + descendants(of: $0, in: rows) }) {
            try session.schema.forEachReference(to: lost.table.table) { child, reference in
                guard
                    reference.onDelete == .setNull, let table = try session.table(child.id),
                    let column = child.column(named: reference.column)
                else { return }
                for key in try repairs.children(of: lost.row.key, by: reference, in: table) {
                    guard case .alive(let row) = try table.row(key) else { continue }
                    cleared.append(
                        ClearedReference(
                            table: child.id, key: key, column: column.id, parent: lost.row.key,
                            stamp: row.stamp(of: column.id)))
                }
            }
        }
        return cleared
    }

    /// Lists the references that are null by now.
    func noteCleared(_ references: [ClearedReference]) throws {
        for reference in references {
            guard
                let table = try session.table(reference.table),
                case .alive(let row) = try table.row(reference.key),
                try table.value(of: reference.column, at: row.rowID) == .null
            else { continue }
            try conflicts.add(
                .referenceCleared, reference.table, reference.key, column: reference.column,
                lost: [(reference.column, .blob(reference.parent.bytes))],
                lostStamp: reference.stamp, wonStamp: row.stamp(of: reference.column))
        }
    }

    /// Lists the relatives of the rows that are about to be lost: before anything is deleted.
    func noteRelatives(of rows: DeletedRows) throws {
        for lost in try lostRows(of: rows) {
            try noteAncestors(of: lost.row, in: lost.table, of: rows)
            for child in try descendants(of: lost, in: rows) { try note(child) }
        }
    }

    /// Lists the parents of a row, as far as they are deleted with it.
    func noteAncestors(of row: RowVersion, in table: TableStore, of rows: DeletedRows) throws {
        var next = [(row: row, table: table)]
        while let (row, table) = next.popLast() {
            for reference in table.table.references {
                guard
                    let column = table.table.column(named: reference.column),
                    case .blob(let bytes) = try table.value(of: column.id, at: row.rowID),
                    let key = RowKey(bytes),
                    let parent = session.schema.table(named: reference.parent),
                    let found = try doomed(key, in: parent.id, of: rows), try note(found)
                else { continue }
                next.append((found.row, found.table))
            }
        }
    }

    /// The children of a row, theirs and so on, as far as they are deleted with it.
    private func descendants(of lost: Doomed, in rows: DeletedRows) throws -> [Doomed] {
        var all: [Doomed] = []
        var seen = Set([RelativeName(table: lost.table.table.id, key: lost.row.key)])
        var next = [lost]
        while let parent = next.popLast() {
            try session.schema.forEachReference(to: parent.table.table) { child, reference in
                guard let table = try session.table(child.id) else { return }
                for key in try repairs.children(of: parent.row.key, by: reference, in: table) {
                    guard
                        seen.insert(RelativeName(table: child.id, key: key)).inserted,
                        let found = try doomed(key, in: child.id, of: rows)
                    else { continue }
                    all.append(found)
                    next.append(found)
                }
            }
        }
        return all
    }

    /// Lists a row that is deleted together with one that was lost; whether it is the first time,
    /// and the row is not lost itself.
    @discardableResult
    private func note(_ doomed: Doomed) throws -> Bool {
        let (row, table) = (doomed.row, doomed.table)
        guard
            notedRelatives.insert(RelativeName(table: table.table.id, key: row.key)).inserted,
            try concurrentWrite(to: row, doomed.deletedStamp) == nil
        else { return false }
        try noteRelative(row, deletedAt: doomed.deletedStamp, in: table)
        return true
    }

    /// Lists a row that is deleted together with one that was lost.
    func noteRelative(_ row: RowVersion, deletedAt stamp: Int32, in table: TableStore) throws {
        try conflicts.add(
            .deletedWithRow, table.table.id, row.key, column: .wholeRow,
            lost: try table.values(of: row), lostStamp: row.createdStamp,
            wonStamp: try number(stamp))
    }
}

/// A row that was listed as another one's relative.
struct RelativeName: Hashable {
    let table: TableID
    let key: RowKey
}

extension SyncSchema {
    /// Whether any row names another one as its parent.
    var hasReferences: Bool { tables.contains { !$0.references.isEmpty } }

    /// Whether the rows of a table have parents or children.
    func isRelated(_ table: TableID) -> Bool {
        guard let declared = self.table(id: table) else { return false }
        return !declared.references.isEmpty
            || tables.contains { child in
                child.references.contains { $0.parent.lowercased() == declared.name.lowercased() }
            }
    }

    /// Calls `body` with each table and reference whose parent is `parent`.
    func forEachReference(
        to parent: SyncedTable, _ body: (SyncedTable, SyncedReference) throws -> Void
    ) rethrows {
        for child in tables {
            for reference in child.references
            where reference.parent.lowercased() == parent.name.lowercased() {
                try body(child, reference)
            }
        }
    }
}
