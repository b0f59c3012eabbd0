import SyncKit

extension ChangeBatch {
    /// A batch that says one row of `table` began at `stamp` with these values.
    static func row(
        _ key: RowKey, table: TableID = 1, causalLength: UInt32 = 1, _ stamp: Stamp,
        _ values: [(column: ColumnID, value: SQLValue)]
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.rows.keys.append(key)
        changes.rows.createdStamps = [0]
        if causalLength != 1 {
            changes.rows.causalLengths = [
                TableChanges.CausalLength(row: 0, causalLength: causalLength)
            ]
        }
        changes.rows.columns = values.map { column, value in
            var cells = CellColumn()
            cells.append(value)
            return TableChanges.Column(id: column, cells: cells)
        }
        return batch(changes, stamp)
    }

    /// A batch that says one cell was written at `stamp`.
    static func update(
        _ key: RowKey, table: TableID = 1, causalLength: UInt32 = 1, column: ColumnID,
        _ stamp: Stamp,
        _ value: SQLValue
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.updates = TableChanges.Updates(key, causalLength: causalLength)
        changes.updates.append(column, stamp: 0, value: value)
        return batch(changes, stamp)
    }

    /// A batch that says one row was deleted at `stamp`.
    static func deleted(
        _ key: RowKey, table: TableID = 1, causalLength: UInt32 = 2, _ stamp: Stamp
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.deletes.keys.append(key)
        changes.deletes.causalLengths = [causalLength]
        changes.deletes.stamps = [0]
        return batch(changes, stamp)
    }

    private static func batch(_ changes: TableChanges, _ stamp: Stamp) -> ChangeBatch {
        var batch = ChangeBatch()
        batch.stamps = [DatedStamp(stamp: stamp, causalCursor: 0)]
        batch.tables = [changes]
        return batch
    }
}
