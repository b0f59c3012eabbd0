import GRDB

/// Walks over the rows of one table in the order of their row ids, with their clocks.
///
/// Two cursors side by side, one over the rows and one over the clocks: neither looks anything up.
final class RowScan {
    private let store: TableStore
    private let rows: PreparedStatement
    private let clocks: PreparedStatement
    private var clockRowID: SQLRowID?
    /// Where the current row lies.
    private(set) var rowID = SQLRowID(0)
    /// The current row.
    private(set) var key = RowKey(high: 0, low: 0)
    /// The number of the stamp at which it began.
    private(set) var createdStamp = StampNumber.zero
    /// What its clock has besides.
    private(set) var clock = PackedClock()

    /// The current row as a whole.
    var row: RowVersion {
        RowVersion(key: key, rowID: rowID, createdStamp: createdStamp, clock: clock)
    }

    /// - Parameter withValues: Whether values will be asked for, besides keys and clocks.
    init(_ store: TableStore, in db: Database, withValues: Bool = true) throws {
        self.store = store
        let columns = withValues ? Self.travelling(store.table) : []
        let names = columns.map { ", " + quoted($0.name) }.joined()
        rows = try PreparedStatement(
            """
            SELECT _rowid_, id\(names) FROM \(quoted(store.table.name))
            WHERE _rowid_ BETWEEN ? AND ? ORDER BY _rowid_
            """, in: db)
        clocks = try PreparedStatement(
            """
            SELECT row_id, clock FROM sync_clocks_\(store.table.id)
            WHERE row_id BETWEEN ? AND ? ORDER BY row_id
            """, in: db)
    }

    /// Stands before the first row from `first` to `last`.
    func start(from first: SQLRowID = SQLRowID(.min), to last: SQLRowID = SQLRowID(.max)) throws {
        try store.clocks.flush()
        for statement in [rows, clocks] {
            statement.reset()
            statement.bind(first, at: 1)
            statement.bind(last, at: 2)
        }
        clockRowID = try clocks.step() ? clocks.rowID(0) : nil
    }

    /// Moves to the next row; false at the end.
    func next() throws -> Bool {
        guard try rows.step() else {
            stop()
            return false
        }
        rowID = rows.rowID(0)
        key = try rows.key(1)
        createdStamp = try store.createdStamp(at: rowID)
        while let at = clockRowID, at < rowID {
            clockRowID = try clocks.step() ? clocks.rowID(0) : nil
        }
        let stored = clockRowID == rowID ? try PackedClock(clocks.borrowed(1)) : PackedClock()
        clock = store.filled(stored, createdStamp: createdStamp)
        return true
    }

    /// Ends the walk.
    func stop() {
        rows.reset()
        clocks.reset()
        clockRowID = nil
    }

    /// Adds a value of the current row to `cells`; returns about how many bytes it takes.
    @inline(__always)
    func append(_ parameter: Int32, to cells: inout CellColumn) -> Int {
        let before = cells.bytes.count
        rows.append(parameter, to: &cells)
        return cells.bytes.count - before
    }

    /// The columns that travel as cells, by rising id, and where a scan has them.
    static func columns(of table: SyncedTable) -> [(id: ColumnID, parameter: Int32)] {
        travelling(table).enumerated().map { ($1.id, Int32($0 + 2)) }
    }

    /// Counters travel as totals, not as cells.
    private static func travelling(_ table: SyncedTable) -> [SyncedColumn] {
        table.columns.filter { $0.policy != .counter }.sorted { $0.id < $1.id }
    }
}
