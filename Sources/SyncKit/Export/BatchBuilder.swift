import GRDB

/// Gathers changes into a batch, reading values straight from the tables.
final class BatchBuilder {
    private let session: StoreSession
    private(set) var batch = ChangeBatch()
    /// About how many bytes the batch takes before compression.
    private(set) var byteCount = 0
    /// How many rows it speaks of.
    private(set) var rowCount = 0
    private var indexByNumber: [StampNumber: Int32] = [:]
    private var latest: (number: StampNumber, index: Int32) = (StampNumber(-1), -1)
    private var table: TableBuilder?
    /// Whether stamps carry the sequences at which they became known; otherwise the batch's own
    /// sequence stands for all of them.
    private let keepsSequences: Bool

    init(_ session: StoreSession, keepsSequences: Bool) {
        self.session = session
        self.keepsSequences = keepsSequences
    }

    /// Whether another row could make the batch too large.
    var isFull: Bool {
        byteCount >= Limits.batchBytes || rowCount >= Limits.batchRows
    }

    var isEmpty: Bool { rowCount == 0 }

    /// Adds the row on which `scan` stands, with every column.
    func addRow(_ scan: RowScan, in store: TableStore) throws {
        try use(store)
        let createdStamp = try index(of: scan.createdStamp)
        guard let table else { return }
        let row = Int32(table.changes.rows.count)
        table.changes.rows.keys.append(scan.key)
        table.changes.rows.createdStamps.append(createdStamp)
        if scan.clock.causalLength != 1 {
            table.changes.rows.causalLengths.append(
                .init(row: row, causalLength: scan.clock.causalLength))
        }
        for exception in scan.clock.exceptions {
            table.changes.rows.exceptions.append(
                .init(row: row, column: exception.column, stamp: try index(of: exception.stamp)))
        }
        var bytes = 20
        for (position, column) in table.columns.enumerated() {
            bytes += scan.append(column.parameter, to: &table.cells[position]) + 2
        }
        count(bytes)
    }

    /// Adds cells of the row on which `scan` stands.
    func addUpdate(
        _ columns: [(column: ColumnID, stamp: StampNumber)], _ scan: RowScan, in store: TableStore
    )
        throws
    {
        try use(store)
        guard let table else { return }
        let row = Int32(table.changes.updates.count)
        table.changes.updates.keys.append(scan.key)
        if scan.clock.causalLength != 1 {
            table.changes.updates.causalLengths.append(
                .init(row: row, causalLength: scan.clock.causalLength))
        }
        var bytes = 18
        for column in columns {
            guard let position = table.columns.firstIndex(where: { $0.id == column.column })
            else { continue }
            table.edited[position].rows.append(row)
            table.edited[position].stamps.append(try index(of: column.stamp))
            bytes +=
                3
                + scan.append(
                    table.columns[position].parameter, to: &table.edited[position].cells)
        }
        count(bytes)
    }

    /// Adds a deletion.
    func addDelete(_ key: RowKey, causalLength: UInt32, stamp: StampNumber, in store: TableStore)
        throws
    {
        try use(store)
        let index = try index(of: stamp)
        table?.changes.deletes.keys.append(key)
        table?.changes.deletes.causalLengths.append(causalLength)
        table?.changes.deletes.stamps.append(index)
        count(20)
    }

    /// Adds what a source has added to a counter.
    func addCount(
        _ entry: CountLedger.Entry, of key: RowKey, causalLength: UInt32, in store: TableStore
    ) throws {
        try use(store)
        let index = try index(of: entry.stamp)
        table?.changes.counts.append(
            .init(
                key: key, causalLength: causalLength, column: entry.column, stamp: index,
                source: entry.source,
                number: entry.number, total: entry.total))
        count(40)
    }

    /// The batch so far; the builder is empty afterwards.
    func take() -> ChangeBatch {
        closeTable()
        batch.sortStamps()
        defer {
            batch = ChangeBatch()
            (byteCount, rowCount) = (0, 0)
            indexByNumber.removeAll(keepingCapacity: true)
            latest = (StampNumber(-1), -1)
        }
        return batch
    }

    private func count(_ bytes: Int) {
        byteCount += bytes
        rowCount += 1
    }

    /// The index of a stamp in the batch.
    @inline(__always)
    private func index(of number: StampNumber) throws -> Int32 {
        if number == latest.number { return latest.index }
        if let known = indexByNumber[number] {
            latest = (number, known)
            return known
        }
        let entry = try session.stamps.entry(number)
        let index = Int32(batch.stamps.count)
        batch.stamps.append(
            .init(
                stamp: entry.stamp, causalCursor: entry.causalCursor,
                sequence: keepsSequences ? entry.sequence ?? .none : .none))
        indexByNumber[number] = index
        latest = (number, index)
        return index
    }

    private func use(_ store: TableStore) throws {
        if let table, table.changes.table == store.table.id { return }
        closeTable()
        table = TableBuilder(store.table)
    }

    private func closeTable() {
        guard let finished = table else { return }
        table = nil
        let changes = finished.finished()
        if let last = batch.tables.last, last.table >= changes.table {
            preconditionFailure("tables are added in the order of their ids")
        }
        batch.tables.append(changes)
    }
}

/// One table's share of a batch in the making.
private final class TableBuilder {
    var changes: TableChanges
    /// The columns that travel as cells, by rising id, and where a scan has them.
    let columns: [(id: ColumnID, parameter: Int32)]
    var cells: [CellColumn]
    var edited: [TableChanges.UpdatedColumn]

    init(_ table: SyncedTable) {
        changes = TableChanges(table: table.id)
        columns = RowScan.columns(of: table)
        cells = columns.map { _ in CellColumn() }
        edited = columns.map { TableChanges.UpdatedColumn(id: $0.id) }
    }

    func finished() -> TableChanges {
        if changes.rows.count > 0 {
            changes.rows.columns = zip(columns, cells).map { .init(id: $0.id, cells: $1) }
        }
        changes.updates.columns = edited.filter { !$0.rows.isEmpty }
        return changes
    }
}
