/// What one replica says of one row.
package struct RowChange: Hashable, Sendable {
    /// One column's value and when it was written.
    package struct Cell: Hashable, Sendable {
        /// When it was written.
        package var stamp: Stamp
        /// What was written.
        package var value: SQLValue

        /// Takes both.
        package init(stamp: Stamp, value: SQLValue) {
            self.stamp = stamp
            self.value = value
        }
    }

    /// The table's id.
    package var table: Int
    /// The row.
    package var key: RowKey
    /// The row's causal length: odd while it exists, even while it is deleted.
    package var life: UInt32
    /// When this life or death of the row began.
    package var began: Stamp
    /// Whether every column of the row is among ``cells``, so that the row can be made from them.
    package var isWhole: Bool
    /// The written cells, by column id; none for a deleted row.
    package var cells: [Int: Cell]

    /// Takes every field.
    package init(
        table: Int, key: RowKey, life: UInt32, began: Stamp, isWhole: Bool, cells: [Int: Cell]
    ) {
        self.table = table
        self.key = key
        self.life = life
        self.began = began
        self.isWhole = isWhole
        self.cells = cells
    }

    /// No part of the change is dated later.
    package var highestStamp: Stamp {
        cells.values.reduce(began) { max($0, $1.stamp) }
    }

    /// About how many bytes the change takes before compression.
    package var byteCount: Int {
        cells.values.reduce(32) { $0 + $1.value.byteCount + 3 }
    }
}
