import GRDB

/// What this program's tables refuse, by NOT NULL or CHECK, and another version's do not.
///
/// A refused cell waits like one of a column that this program does not know: the rest of its row
/// and of its segment is merged. A row that cannot be without the cell waits whole.
extension BatchMerger {
    /// Begins a row without the cells that its table refuses, then writes those one by one: alone
    /// one of them may not be refused.
    ///
    /// - Parameter reason: What SQLite says of the whole row.
    /// - Returns: False where the row cannot be without them, and waits whole.
    func beginRefused(
        _ row: IncomingRow, _ plan: RowPlan, clearing cleared: [ColumnID], because reason: String,
        in table: TableStore
    ) throws -> Bool {
        var insertion = PartialInsertion(row, plan, cleared, in: table)
        guard let (rowID, reduced) = try insertion.run(because: reason) else {
            try dependencies.keepRefused(
                changes(beginning: row, plan, in: table), of: batch, at: sequence, row: row.key)
            return false
        }
        try finishBeginning(row, reduced, at: rowID, cleared, in: table)
        var changes = TableChanges(table: table.table.id)
        changes.updates = .init(row.key, causalLength: row.causalLength)
        for column in plan.known
        where insertion.withheld.contains(column.id) && !cleared.contains(column.id) {
            changes.updates.append(
                column.id, stamp: row.stamp(of: column.id), value: column.cells[row.index])
        }
        try mergeUpdates(changes.updates, into: table)
        return true
    }

    /// Writes a cell that has won; one that the table refuses waits, and what stands there stays.
    ///
    /// - Returns: Whether it was written.
    @inline(__always)
    func write(_ cell: IncomingCell, into row: RowVersion, in table: TableStore) throws -> Bool {
        if try table.updateUnlessRefused(
            cell.column.id, at: row.rowID, to: cell.index, of: cell.cells)
        {
            return true
        }
        var changes = TableChanges(table: table.table.id)
        changes.updates = .init(row.key, causalLength: row.causalLength)
        changes.updates.append(cell.column.id, stamp: cell.stamp, value: cell.cells[cell.index])
        try dependencies.keepRefused(changes, of: batch, at: sequence, row: row.key)
        return false
    }

    /// A whole row as changes of its own.
    func changes(
        beginning row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) -> TableChanges {
        var changes = TableChanges(table: table.table.id)
        changes.rows.keys.append(row.key)
        changes.rows.createdStamps = [row.createdStamp]
        if row.causalLength != 1 {
            changes.rows.causalLengths = [.init(row: 0, causalLength: row.causalLength)]
        }
        changes.rows.exceptions = row.exceptions.map {
            .init(row: 0, column: $0.column, stamp: $0.stamp)
        }
        changes.rows.columns = plan.columns.map { column in
            var cell = CellColumn()
            cell.append(column.cells[row.index])
            return .init(id: column.id, cells: cell)
        }
        return changes
    }
}

extension DatabaseError {
    /// Whether a table refuses a value by what its SQL says of single columns.
    var isRefusedValue: Bool {
        extendedResultCode == .SQLITE_CONSTRAINT_CHECK
            || extendedResultCode == .SQLITE_CONSTRAINT_NOTNULL
    }
}

/// The insertion of a row without the cells that its table refuses.
private struct PartialInsertion {
    private let row: BatchMerger.IncomingRow
    private let plan: BatchMerger.RowPlan
    private let cleared: [ColumnID]
    private let table: TableStore
    /// The columns whose cells are left out.
    private(set) var withheld: Set<ColumnID> = []

    init(
        _ row: BatchMerger.IncomingRow, _ plan: BatchMerger.RowPlan, _ cleared: [ColumnID],
        in table: TableStore
    ) {
        (self.row, self.plan, self.cleared, self.table) = (row, plan, cleared, table)
    }

    /// Leaves out what SQLite complains of, one complaint after the other; nil where the row cannot
    /// be without it.
    mutating func run(
        because reason: String
    ) throws -> (rowID: SQLRowID, plan: BatchMerger.RowPlan)? {
        let guarded = try table.guardedColumns()
        let known = Set(plan.known.map(\.id))
        var reason = reason
        var named = guarded.columns(namedIn: reason).intersection(known)
        while !named.isSubset(of: withheld) {
            withheld.formUnion(named)
            let reduced = try self.reduced()
            switch try insert(reduced) {
            case .inserted(let rowID): return (rowID, reduced)
            case .refused(let next): reason = next
            }
            named = guarded.columns(namedIn: reason).intersection(known)
        }
        // A constraint with a name of its own does not say which column it is about.
        let before = withheld
        let others = guarded.checked.intersection(known).subtracting(before)
        for more in others.sorted().map({ [$0] }) + (others.count > 1 ? [Array(others)] : []) {
            withheld = before.union(more)
            let reduced = try self.reduced()
            if case .inserted(let rowID) = try insert(reduced) { return (rowID, reduced) }
        }
        return nil
    }

    private func reduced() throws -> BatchMerger.RowPlan {
        try BatchMerger.RowPlan(plan.columns.filter { !withheld.contains($0.id) }, table)
    }

    private func insert(_ plan: BatchMerger.RowPlan) throws -> TableStore.Insertion {
        try table.insertUnlessRefused(row.key, plan, row: row.index, clearing: cleared)
    }
}

/// The columns of a table that may refuse a value.
struct GuardedColumns {
    private let table: SyncedTable
    /// Those that a CHECK mentions.
    let checked: Set<ColumnID>
    /// Those that must not be null.
    let notNull: Set<ColumnID>

    init(of table: SyncedTable, in db: Database) throws {
        self.table = table
        let features = SQLFeatures(table: table.name, db: db)
        let checks = try features.checkedColumns()
        checked = Set(
            table.columns.filter { column in
                checks.contains { $0.contains(column.name.lowercased()) }
            }.map(\.id))
        notNull = Set(
            try features.columns().filter(\.isNotNull)
                .compactMap { table.column(named: $0.name)?.id })
    }

    /// The columns that SQLite names in a complaint: after a colon stands the expression of a
    /// CHECK, or its name, or the table and column that must not be null.
    func columns(namedIn complaint: String) -> Set<ColumnID> {
        let subject = complaint.drop { $0 != ":" }
        let names = SQLTokens.names(in: String(subject))
        let named = table.columns.filter { names.contains($0.name.lowercased()) }.map(\.id)
        return checked.union(notNull).intersection(named)
    }
}
