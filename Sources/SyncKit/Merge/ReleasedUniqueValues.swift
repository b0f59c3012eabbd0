/// The rows of one table that a batch deletes or writes to, as far as their unique values matter:
/// a value that comes free in the batch is no clash for the row that takes it.
struct ReleasedUniqueValues {
    /// A column that is written.
    struct Write {
        let column: ColumnID
        /// The stamp's index in the batch.
        let stamp: Int32
        let causalLength: UInt32
    }

    /// Indexes of deletes.
    private(set) var deletesByKey: [RowKey: Int] = [:]
    private(set) var writesByKey: [RowKey: [Write]] = [:]

    /// - Parameter columns: The ids of the columns that are of interest.
    init(_ changes: TableChanges, columns: Set<ColumnID>) {
        for index in 0..<changes.deletes.count { deletesByKey[changes.deletes.keys[index]] = index }
        addUpdates(changes.updates, columns)
        addRows(changes.rows, columns)
    }

    private mutating func addUpdates(_ updates: TableChanges.Updates, _ columns: Set<ColumnID>) {
        let causalLengths = Self.causalLengthsByRow(updates.causalLengths)
        for column in updates.columns where columns.contains(column.id) {
            for (row, stamp) in zip(column.rows, column.stamps) {
                writesByKey[updates.keys[Int(row)], default: []].append(
                    Write(column: column.id, stamp: stamp, causalLength: causalLengths[row] ?? 1))
            }
        }
    }

    private mutating func addRows(_ rows: TableChanges.Rows, _ columns: Set<ColumnID>) {
        let causalLengths = Self.causalLengthsByRow(rows.causalLengths)
        var exceptions = rows.exceptions[...]
        for row in 0..<Int32(rows.count) {
            var stamps: [ColumnID: Int32] = [:]
            while let exception = exceptions.first, exception.row == row {
                stamps[exception.column] = exception.stamp
                exceptions.removeFirst()
            }
            for column in rows.columns.map(\.id) where columns.contains(column) {
                writesByKey[rows.keys[Int(row)], default: []].append(
                    Write(
                        column: column, stamp: stamps[column] ?? rows.createdStamps[Int(row)],
                        causalLength: causalLengths[row] ?? 1))
            }
        }
    }

    private static func causalLengthsByRow(_ causalLengths: [TableChanges.CausalLength]) -> [Int32:
        UInt32]
    {
        Dictionary(causalLengths.map { ($0.row, $0.causalLength) }) { first, _ in first }
    }
}
