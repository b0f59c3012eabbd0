import GRDB

extension BatchMerger {
    typealias BorrowedColumn = (id: ColumnID, cells: BorrowedCells)

    /// What is the same for all rows of one batch.
    struct RowPlan {
        let columns: [BorrowedColumn]
        /// The columns that the table has, and the statement that inserts them.
        let known: [BorrowedColumn]
        let insert: PreparedStatement
        /// The columns that only a newer program has.
        let unknown: [BorrowedColumn]
        /// The ids of columns that the writer did not have: there, others win.
        let missing: [ColumnID]

        init(_ columns: [BorrowedColumn], _ table: TableStore) throws {
            self.columns = columns
            known = columns.filter { table.column($0.id) != nil }
            unknown = columns.filter { table.column($0.id) == nil }
            insert = try table.insertStatement(known.map(\.id))
            missing = table.table.columns.filter { column in
                column.policy != .counter && !columns.contains { $0.id == column.id }
            }.map { $0.id }
        }
    }

    /// Merges rows that come with every column.
    func mergeRows(_ rows: TableChanges.Rows, into table: TableStore) throws {
        guard rows.count > 0 else { return }
        let wasEmpty = try session.wasEmpty(table)
        try CellColumn.borrow(rows.columns.map(\.cells)[...]) { cells in
            let columns = zip(rows.columns, cells).map { (id: $0.id, cells: $1) }
            let plan = try RowPlan(columns, table)
            let isFresh = wasEmpty && isPlain(plan, table)
            var causalLengths = rows.causalLengths[...]
            var exceptions = rows.exceptions[...]
            for index in 0..<rows.count {
                var row = IncomingRow(
                    key: rows.keys[index], createdStamp: rows.createdStamps[index], index: index)
                if let causalLength = causalLengths.first, causalLength.row == index {
                    row.causalLength = causalLength.causalLength
                    causalLengths.removeFirst()
                }
                let end = exceptions.firstIndex { $0.row != index } ?? exceptions.endIndex
                row.exceptions = exceptions[..<end]
                exceptions = exceptions[end...]
                // A key may come twice all the same: only the database knows.
                if isFresh, try !isDeleted(row), try insertFresh(row, plan, into: table) {
                    continue
                }
                try merge(row, plan, into: table)
            }
        }
    }

    /// Whether a row that is not here was deleted, and its tombstone cleared away.
    private func isDeleted(_ row: IncomingRow) throws -> Bool {
        try isLongGone(row.createdStamp) || wasForgotten(row.createdStamp)
    }

    /// Whether a row that begins is inserted, and nothing else is to be looked at.
    private func isPlain(_ plan: RowPlan, _ table: TableStore) -> Bool {
        plan.unknown.isEmpty && plan.missing.isEmpty && table.table.references.isEmpty
            && table.table.unique.isEmpty && !session.hasPendingDependencies
    }

    /// A whole row of the batch.
    struct IncomingRow {
        let key: RowKey
        var causalLength: UInt32 = 1
        let createdStamp: Int32
        var exceptions: ArraySlice<TableChanges.Exception> = []
        let index: Int

        /// When `column` was written.
        func stamp(of column: ColumnID) -> Int32 {
            for exception in exceptions where exception.column == column {
                return exception.stamp
            }
            return createdStamp
        }
    }

    /// Inserts without looking: into a table that held nothing, a clash of keys is the exception.
    private func insertFresh(
        _ row: IncomingRow, _ plan: RowPlan, into table: TableStore
    ) throws -> Bool {
        let rowID: SQLRowID
        do {
            rowID = try table.insert(row.key, plan, row: row.index, clearing: [])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return false
        }
        try table.runs.add(
            RunTable.Run(first: rowID, count: 1, stamp: try number(row.createdStamp)))
        let known = row.exceptions.lazy.filter { table.column($0.column) != nil }
        if row.causalLength != 1 || !row.exceptions.isEmpty {
            clockWriter.removeAll()
            PackedClock.write(causalLength: row.causalLength, to: &clockWriter)
            for exception in known {
                PackedClock.write(
                    try number(exception.stamp), of: exception.column, to: &clockWriter)
            }
            if clockWriter.count > 0 { try table.append(clock: clockWriter.bytes, at: rowID) }
        }
        session.digest.toggle(
            row.key, in: table.table.id, causalLength: row.causalLength,
            createdStamp: stamp(row.createdStamp),
            exceptions: known.map { (column: $0.column, stamp: self.stamp($0.stamp)) },
            adding: true)
        noteAltered()
        return true
    }

    private func merge(
        _ row: IncomingRow, _ plan: RowPlan, into table: TableStore
    ) throws {
        switch try table.row(row.key) {
        case .unseen:
            if isLongGone(row.createdStamp) { return }
            if try wasForgotten(row.createdStamp) {
                return try repairs.deleteAgain(
                    row.key, causalLength: row.causalLength + 1, in: table)
            }
            try begin(row, plan, in: table)
        case .dead(let causalLength, let stamp):
            guard try row.causalLength > causalLength || hasForgotten(stamp, row.createdStamp)
            else { return }
            // A row that waits for its parent stays deleted meanwhile.
            if try isWaitingForParent(row, plan, in: table) { return }
            try table.removeTombstone(of: row.key)
            try begin(row, plan, in: table)
        case .alive(let known):
            if row.causalLength > known.causalLength {
                if try isWaitingForParent(row, plan, in: table) { return }
                try noteLostUpdates(to: known, deletedAt: row.createdStamp, in: table)
                try repairs.orphan(childrenOf: row.key, in: table)
                try table.delete(known, in: session)
                try begin(row, plan, in: table)
            } else if row.causalLength == known.causalLength {
                try join(row, plan, into: known, in: table)
            }
        }
    }

    /// The row comes to exist.
    private func begin(
        _ row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws {
        if try isWaitingForParent(row, plan, in: table) { return }
        let cleared = try clearDuplicates(of: row, plan, in: table)
        let rowID = try table.insert(row.key, plan, row: row.index, clearing: cleared)
        let createdStamp = try number(row.createdStamp)
        try table.runs.add(RunTable.Run(first: rowID, count: 1, stamp: createdStamp))
        var clock = PackedClock()
        clock.causalLength = row.causalLength
        var exceptions: [(column: ColumnID, stamp: Stamp)] = []
        for exception in row.exceptions where table.column(exception.column) != nil {
            clock.set(try number(exception.stamp), of: exception.column)
            exceptions.append((exception.column, stamp(exception.stamp)))
        }
        // Columns that the writer did not know lose against whoever does.
        for column in plan.missing { clock.set(StampNumber.zero, of: column) }
        if !clock.isPlain { try table.set(clock, at: rowID, replacing: PackedClock()) }
        session.digest.toggle(
            row.key, in: table.table.id, causalLength: row.causalLength,
            createdStamp: stamp(row.createdStamp),
            exceptions: exceptions, adding: true)
        noteAltered()
        try keepUnknown(row, plan, in: table)
        for column in cleared { try repairs.clear(column, of: row.key, in: table) }
        try repairs.enforceParents(of: row.key, in: table)
        try dependencies.release(row.key, in: table.table.id, to: self)
    }

    /// Two replicas began the same causal length of one row: column by column, and the later
    /// beginning.
    private func join(
        _ row: IncomingRow, _ plan: RowPlan, into known: RowVersion, in table: TableStore
    ) throws {
        let isLater = try stamp(row.createdStamp) > session.stamps.stamp(known.createdStamp)
        var joined = known
        joined.createdStamp = isLater ? try number(row.createdStamp) : known.createdStamp
        joined.clock = PackedClock()
        joined.clock.causalLength = known.causalLength
        var changed = isLater
        for column in table.table.columns where column.policy != .counter {
            let id = column.id
            var written = known.stamp(of: id)
            if let cells = plan.columns.first(where: { $0.id == id }) {
                let cell = IncomingCell(
                    column: column, stamp: row.stamp(of: id), index: row.index,
                    cells: cells.cells)
                if try mergeCell(cell, into: known, known: written, in: table) {
                    written = try number(cell.stamp)
                    changed = true
                }
            }
            if try session.stamps.stamp(written) != session.stamps.stamp(joined.createdStamp) {
                joined.clock.set(written, of: id)
            }
        }
        try keepUnknown(row, plan, in: table)
        guard changed else { return }
        try table.replace(known, with: joined, in: session)
        noteAltered()
        try clearSetAside(of: row.key, in: table)
        try repairs.enforceParents(of: row.key, in: table)
    }

    /// A newer program's columns: kept until this one knows them.
    private func keepUnknown(
        _ row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws {
        guard !plan.unknown.isEmpty else { return }
        var changes = TableChanges(table: table.table.id)
        changes.updates = .init(row.key, causalLength: row.causalLength)
        for column in plan.unknown {
            changes.updates.append(
                column.id, stamp: row.stamp(of: column.id), value: column.cells[row.index])
        }
        try dependencies.keep(changes, of: batch, at: sequence, row: row.key)
    }
}
