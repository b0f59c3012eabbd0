import SyncKit

extension ChangeBatch {
    /// A batch that says one row of `table` began at `stamp` with these values.
    static func row(
        _ key: RowKey, table: Int = 1, life: UInt32 = 1, _ stamp: Stamp,
        _ values: [(column: UInt8, value: SQLValue)]
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.rows.keys.append(key)
        changes.rows.began = [0]
        if life != 1 { changes.rows.lives = [TableChanges.Life(row: 0, life: life)] }
        changes.rows.columns = values.map { column, value in
            var cells = CellColumn()
            cells.append(value)
            return TableChanges.Column(id: column, cells: cells)
        }
        return batch(changes, stamp)
    }

    /// A batch that says one cell was written at `stamp`.
    static func edit(
        _ key: RowKey, table: Int = 1, life: UInt32 = 1, column: UInt8, _ stamp: Stamp,
        _ value: SQLValue
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.edits = TableChanges.Edits(key, life: life)
        changes.edits.append(column, stamp: 0, value: value)
        return batch(changes, stamp)
    }

    /// A batch that says one row was deleted at `stamp`.
    static func death(
        _ key: RowKey, table: Int = 1, life: UInt32 = 2, _ stamp: Stamp
    ) -> ChangeBatch {
        var changes = TableChanges(table: table)
        changes.deaths.keys.append(key)
        changes.deaths.lives = [life]
        changes.deaths.stamps = [0]
        return batch(changes, stamp)
    }

    private static func batch(_ changes: TableChanges, _ stamp: Stamp) -> ChangeBatch {
        var batch = ChangeBatch()
        batch.stamps = [DatedStamp(stamp: stamp, seen: 0)]
        batch.tables = [changes]
        return batch
    }
}
