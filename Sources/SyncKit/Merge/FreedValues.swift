/// The rows of one table that a batch deletes or writes to, as far as their unique values matter:
/// a value that comes free in the batch is no clash for the row that takes it.
struct FreedValues {
    /// A column that is written.
    struct Write {
        let column: UInt8
        /// The stamp's index in the batch.
        let stamp: Int32
        let life: UInt32
    }

    /// Indexes of deaths.
    private(set) var deathsByKey: [RowKey: Int] = [:]
    private(set) var writesByKey: [RowKey: [Write]] = [:]

    /// - Parameter columns: The ids of the columns that are of interest.
    init(_ changes: TableChanges, columns: Set<UInt8>) {
        for index in 0..<changes.deaths.count { deathsByKey[changes.deaths.keys[index]] = index }
        addEdits(changes.edits, columns)
        addRows(changes.rows, columns)
    }

    private mutating func addEdits(_ edits: TableChanges.Edits, _ columns: Set<UInt8>) {
        let lives = Self.livesByRow(edits.lives)
        for column in edits.columns where columns.contains(column.id) {
            for (row, stamp) in zip(column.rows, column.stamps) {
                writesByKey[edits.keys[Int(row)], default: []].append(
                    Write(column: column.id, stamp: stamp, life: lives[row] ?? 1))
            }
        }
    }

    private mutating func addRows(_ rows: TableChanges.Rows, _ columns: Set<UInt8>) {
        let lives = Self.livesByRow(rows.lives)
        var exceptions = rows.exceptions[...]
        for row in 0..<Int32(rows.count) {
            var stamps: [UInt8: Int32] = [:]
            while let exception = exceptions.first, exception.row == row {
                stamps[exception.column] = exception.stamp
                exceptions.removeFirst()
            }
            for column in rows.columns.map(\.id) where columns.contains(column) {
                writesByKey[rows.keys[Int(row)], default: []].append(
                    Write(
                        column: column, stamp: stamps[column] ?? rows.began[Int(row)],
                        life: lives[row] ?? 1))
            }
        }
    }

    private static func livesByRow(_ lives: [TableChanges.Life]) -> [Int32: UInt32] {
        Dictionary(lives.map { ($0.row, $0.life) }) { first, _ in first }
    }
}
