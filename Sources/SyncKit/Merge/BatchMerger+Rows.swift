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
        /// The ids of columns that the writer did not have: every write to them wins.
        let missing: [ColumnID]

        init(_ columns: [BorrowedColumn], _ table: TableStore) throws {
            self.columns = columns
            known = columns.filter { table.column($0.id) != nil }
            unknown = columns.filter { table.column($0.id) == nil }
            missing = table.table.columns.filter { column in
                column.policy != .counter && !columns.contains { $0.id == column.id }
            }.map { $0.id }
            insert = try table.insertStatement(known.map(\.id), lacking: missing)
        }
    }

    /// Merges rows that come with every column.
    func mergeRows(_ rows: TableChanges.Rows, into table: TableStore) throws {
        guard rows.count > 0 else { return }
        let wasEmpty = try session.wasEmpty(table)
        try CellColumn.borrow(rows.columns.map(\.cells)[...]) { cells in
            let columns = zip(rows.columns, cells).map { (id: $0.id, cells: $1) }
            let plan = try RowPlan(columns, table)
            try rows.exceptions.withUnsafeBufferPointer { exceptions in
                try mergeRows(
                    rows, exceptions, plan, isFresh: wasEmpty && isPlain(plan, table), into: table)
            }
        }
    }

    private func mergeRows(
        _ rows: TableChanges.Rows, _ exceptions: UnsafeBufferPointer<TableChanges.Exception>,
        _ plan: RowPlan, isFresh: Bool, into table: TableStore
    ) throws {
        var causalLengths = rows.causalLengths[...]
        var next = 0
        for index in 0..<rows.count {
            var row = IncomingRow(
                key: rows.keys[index], createdStamp: rows.createdStamps[index], index: index)
            if let causalLength = causalLengths.first, causalLength.row == index {
                row.causalLength = causalLength.causalLength
                causalLengths.removeFirst()
            }
            let start = next
            while next < exceptions.count, exceptions[next].row == index { next += 1 }
            row.exceptions = UnsafeBufferPointer(rebasing: exceptions[start..<next])
            // A batch may still hold a key twice: only the database knows.
            if isFresh, try !isDeleted(row), try insertFresh(row, plan, into: table) {
                continue
            }
            try merge(row, plan, into: table)
        }
    }

    /// Whether a row that is not here was deleted, and its tombstone cleared away.
    private func isDeleted(_ row: IncomingRow) throws -> Bool {
        try isLongGone(row.createdStamp) || wasForgotten(row.createdStamp)
    }

    /// Whether a new row only has to be inserted, without any further check.
    private func isPlain(_ plan: RowPlan, _ table: TableStore) -> Bool {
        plan.unknown.isEmpty && plan.missing.isEmpty && table.table.references.isEmpty
            && table.table.unique.isEmpty && !session.hasPendingDependencies
    }

    /// A whole row of the batch, borrowed from it.
    struct IncomingRow {
        let key: RowKey
        var causalLength: UInt32 = 1
        let createdStamp: Int32
        var exceptions = UnsafeBufferPointer<TableChanges.Exception>(start: nil, count: 0)
        let index: Int

        /// When `column` was written.
        func stamp(of column: ColumnID) -> Int32 {
            for exception in exceptions where exception.column == column {
                return exception.stamp
            }
            return createdStamp
        }
    }

    /// Inserts without a lookup: in a table that was empty a duplicate key is the exception.
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
        var hash = StateDigest.RowHash(
            row.key, in: table.table.id, causalLength: row.causalLength,
            createdStamp: stamp(row.createdStamp))
        if row.causalLength != 1 || !row.exceptions.isEmpty {
            try table.clocks.append(at: rowID) { writer in
                PackedClock.write(causalLength: row.causalLength, to: &writer)
                for exception in row.exceptions where table.has(exception.column) {
                    PackedClock.write(
                        try number(exception.stamp), of: exception.column, to: &writer)
                    hash.add(stamp(exception.stamp), of: exception.column)
                }
            }
        }
        session.digest.toggle(hash, adding: true)
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
            if try !begin(row, plan, in: table) {
                try table.addTombstone(row.key, causalLength: causalLength, stamp: stamp)
            }
        case .alive(let known):
            if row.causalLength > known.causalLength {
                if try isWaitingForParent(row, plan, in: table) { return }
                try noteLostUpdates(to: known, deletedAt: row.createdStamp, in: table)
                try repairs.orphan(childrenOf: row.key, in: table)
                try table.delete(known, in: session)
                guard try !begin(row, plan, in: table) else { return }
                // What was deleted on the way must not rise while the row waits.
                try table.addTombstone(
                    row.key, causalLength: row.causalLength - 1,
                    stamp: try number(row.createdStamp))
                session.noteTombstone(in: table)
            } else if row.causalLength == known.causalLength {
                try join(row, plan, into: known, in: table)
            }
        }
    }

    /// Inserts the row; false where its table refuses it, so that it waits.
    @discardableResult
    private func begin(
        _ row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws -> Bool {
        if try isWaitingForParent(row, plan, in: table) { return true }
        let cleared = try clearDuplicates(of: row, plan, in: table)
        switch try table.insertUnlessRefused(row.key, plan, row: row.index, clearing: cleared) {
        case .inserted(let rowID):
            try finishBeginning(row, plan, at: rowID, cleared, in: table)
            return true
        case .refused(let reason):
            return try beginRefused(row, plan, clearing: cleared, because: reason, in: table)
        }
    }

    /// Gives an inserted row its clock, and releases what waited for it.
    func finishBeginning(
        _ row: IncomingRow, _ plan: RowPlan, at rowID: SQLRowID, _ cleared: [ColumnID],
        in table: TableStore
    ) throws {
        let createdStamp = try number(row.createdStamp)
        try table.runs.add(RunTable.Run(first: rowID, count: 1, stamp: createdStamp))
        var clock = PackedClock()
        clock.causalLength = row.causalLength
        var hash = StateDigest.RowHash(
            row.key, in: table.table.id, causalLength: row.causalLength,
            createdStamp: stamp(row.createdStamp))
        for exception in row.exceptions
        where table.has(exception.column) && !plan.missing.contains(exception.column) {
            clock.set(try number(exception.stamp), of: exception.column)
            hash.add(stamp(exception.stamp), of: exception.column)
        }
        // Columns that the writer did not know lose against every write to them.
        for column in plan.missing { clock.set(StampNumber.zero, of: column) }
        if !clock.isPlain { try table.clocks.set(clock, at: rowID) }
        session.digest.toggle(hash, adding: true)
        noteAltered()
        try keepUnknown(row, plan, in: table)
        for column in cleared { try repairs.clear(column, of: row.key, in: table) }
        try checkParents(of: row.key, in: table)
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
        try checkParents(of: row.key, in: table)
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
