/// What a transaction did to a row, by its row id.
///
/// Values are not logged: they are read from the table when they are sent.
enum Operation: Hashable {
    /// Rows that came to be, side by side.
    case insert(first: Int64, count: Int64)
    /// A column, not a counter, that took another value.
    case update(row: Int64, column: UInt8)
    /// An addition to a counter that held `from`, by a source; wraps around like the column.
    case add(key: RowKey, column: UInt8, from: Int64, by: Int64, source: UInt64)
    /// A row that ceased to be.
    case delete(row: Int64, key: RowKey)
}
