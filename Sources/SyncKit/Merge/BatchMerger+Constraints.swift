import GRDB

extension BatchMerger {
    /// Keeps a row whose parent is not known here, until the parent is inserted.
    func isWaitingForParent(
        _ row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws -> Bool {
        for reference in table.table.references {
            guard
                let column = table.table.column(named: reference.column),
                let cells = plan.columns.first(where: { $0.id == column.id })?.cells,
                let missing = try missingParent(
                    cells[row.index], of: row.key, in: table, by: reference)
            else { continue }
            try dependencies.keep(
                changes(beginning: row, plan, in: table), of: batch, at: sequence,
                row: missing.key, in: missing.table)
            return true
        }
        return false
    }

    /// Keeps a cell that references a row which is not known here, until that row is inserted.
    func isWaitingForParent(
        _ cell: IncomingCell, causalLength: UInt32, _ key: RowKey, _ known: StampNumber,
        in table: TableStore
    ) throws -> Bool {
        guard !table.table.references.isEmpty else { return false }
        for reference in table.table.references
        where reference.column.lowercased() == cell.column.name.lowercased() {
            guard
                try session.stamps.stamp(known) < stamp(cell.stamp),
                let missing = try missingParent(
                    cell.cells[cell.index], of: key, in: table, by: reference)
            else { continue }
            var changes = TableChanges(table: table.table.id)
            changes.updates = .init(key, causalLength: causalLength)
            changes.updates.append(
                cell.column.id, stamp: cell.stamp, value: cell.cells[cell.index])
            try dependencies.keep(
                changes, of: batch, at: sequence, row: missing.key, in: missing.table)
            return true
        }
        return false
    }

    /// The parent that `value` names, where nothing is known of it.
    private func missingParent(
        _ value: SQLValue, of key: RowKey, in table: TableStore, by reference: SyncedReference
    ) throws -> (table: TableID, key: RowKey)? {
        guard
            case .blob(let bytes) = value, let parentKey = RowKey(bytes),
            let declared = session.schema.table(named: reference.parent),
            parentKey != key || declared.id != table.table.id,
            let parent = try session.table(declared.id),
            case .unseen = try parent.row(parentKey)
        else { return nil }
        return (declared.id, parentKey)
    }

    /// Resolves duplicates of a row that is about to be inserted: of two rows with the same values
    /// of a unique set the later keeps its other data, and its first column of the set is cleared.
    ///
    /// - Returns: The columns of the row itself that are set aside.
    func clearDuplicates(
        of row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws -> [ColumnID] {
        guard !table.table.unique.isEmpty else { return [] }
        var cleared: [ColumnID] = []
        for set in table.table.unique {
            let columns = set.compactMap { table.table.column(named: $0) }
            var values: [SQLValue] = []
            for column in columns {
                guard let cells = plan.columns.first(where: { $0.id == column.id })?.cells else {
                    break
                }
                values.append(cells[row.index])
            }
            guard values.count == columns.count, let first = columns.first else { continue }
            let stamps = columns.map { row.stamp(of: $0.id) }
            if try clear(
                Duplicate(columns: columns, values: values, stamps: stamps), row.key, in: table)
            {
                cleared.append(first.id)
            }
        }
        return cleared
    }

    /// The same for one cell about to be written; whether the cell itself is cleared.
    func clearDuplicates(
        of cell: IncomingCell, into row: RowVersion, in table: TableStore
    ) throws -> Bool {
        for set in table.table.unique {
            let columns = set.compactMap { table.table.column(named: $0) }
            guard columns.contains(cell.column) else { continue }
            let values = try columns.map { column in
                column == cell.column
                    ? cell.cells[cell.index] : try table.value(of: column.id, at: row.rowID)
            }
            let duplicate = Duplicate(columns: columns, values: values, stamps: [cell.stamp])
            guard try clear(duplicate, row.key, in: table), let first = columns.first else {
                continue
            }
            // The column is null from here on, and is written so once the row's clock is stored.
            try table.update(first.id, at: row.rowID, to: .null)
            setAside.append(first.id)
            if first == cell.column { return true }
        }
        return false
    }

    /// Writes null, as this replica's own write, to what was set aside while a row was merged.
    func clearSetAside(of key: RowKey, in table: TableStore) throws {
        for column in setAside { try repairs.clear(column, of: key, in: table) }
        setAside.removeAll()
    }

    /// Values of a unique set that are about to be written.
    private struct Duplicate {
        let columns: [SyncedColumn]
        let values: [SQLValue]
        let stamps: [Int32]
    }

    /// Whether the batch itself deletes the row or overwrites its unique value: then the value is
    /// released now, for the batch's other rows.
    private func isReleased(
        _ row: RowVersion, column: ColumnID, in table: TableStore
    ) throws -> Bool {
        guard let changes = batch.tables.first(where: { $0.table == table.table.id }) else {
            return false
        }
        if released?.table != changes.table {
            let names = table.table.unique.compactMap(\.first)
            let columns = names.compactMap { table.table.column(named: $0) }.map(\.id)
            released = (changes.table, ReleasedUniqueValues(changes, columns: Set(columns)))
        }
        guard let released = released?.values else { return false }
        if let deleted = released.deletesByKey[row.key],
            changes.deletes.causalLengths[deleted] > row.causalLength
        {
            // It is deleted in its turn, after its children were given new parents. Conflicts list
            // the values that it has now.
            try noteLostUpdates(to: row, deletedAt: changes.deletes.stamps[deleted], in: table)
            try table.update(column, at: row.rowID, to: .null)
            return true
        }
        // A column that may wait for its parent keeps its value until then.
        let isReference = table.table.references.contains {
            table.table.column(named: $0.column)?.id == column
        }
        let known = try session.stamps.stamp(row.stamp(of: column))
        let isWritten = released.writesByKey[row.key]?.contains {
            $0.column == column && $0.causalLength == row.causalLength && stamp($0.stamp) > known
        }
        guard isWritten == true, !isReference else { return false }
        try table.update(column, at: row.rowID, to: .null)
        return true
    }

    /// Clears the set in the later of two rows; true where that is the incoming one.
    private func clear(
        _ incoming: Duplicate, _ key: RowKey, in table: TableStore
    ) throws -> Bool {
        guard !incoming.values.contains(.null), let first = incoming.columns.first else {
            return false
        }
        let condition = incoming.columns.map { "\(quoted($0.name)) = ?" }.joined(separator: " AND ")
        let found = try PreparedStatement(
            "SELECT id FROM \(quoted(table.table.name)) WHERE \(condition) AND id <> ? LIMIT 1",
            in: session.db)
        try found.bind(incoming.values + [.blob(key.bytes)])
        guard try found.step() else { return false }
        let other = try found.key(0)
        found.reset()
        guard case .alive(let row) = try table.row(other) else { return false }
        if try isReleased(row, column: first.id, in: table) { return false }
        let numbers = incoming.columns.map { row.stamp(of: $0.id) }
        let otherStamp = try numbers.map(session.stamps.stamp).max() ?? .zero
        let stamp = incoming.stamps.map(self.stamp).max() ?? .zero
        let isLater = stamp == otherStamp ? other < key : otherStamp < stamp
        let column = first.id
        let lost = isLater ? incoming.values[0] : try table.value(of: column, at: row.rowID)
        try conflicts.add(
            .duplicateValue, table.table.id, isLater ? key : other, column: column,
            lost: [(column, lost)],
            lostStamp: isLater ? try number(incoming.stamps[0]) : numbers[0],
            wonStamp: isLater ? numbers[0] : try number(incoming.stamps[0]))
        if !isLater { try repairs.clear(column, of: other, in: table) }
        return isLater
    }
}
