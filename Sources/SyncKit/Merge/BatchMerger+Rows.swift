import GRDB

extension BatchMerger {
    typealias LentColumn = (id: UInt8, cells: LentCells)

    /// What is the same for all rows of one batch.
    struct RowPlan {
        let columns: [LentColumn]
        /// The columns that the table has, and the statement that inserts them.
        let known: [LentColumn]
        let insert: PreparedStatement
        /// The columns that only a newer program has.
        let unknown: [LentColumn]
        /// The ids of columns that the writer did not have: there, others win.
        let missing: [UInt8]

        init(_ columns: [LentColumn], _ table: TableStore) throws {
            self.columns = columns
            known = columns.filter { table.column($0.id) != nil }
            unknown = columns.filter { table.column($0.id) == nil }
            insert = try table.insertStatement(known.map(\.id))
            missing = table.table.columns.filter { column in
                column.policy != .counter && !columns.contains { $0.id == column.id }
            }.map { UInt8($0.id) }
        }
    }

    /// Merges rows that come with every column.
    func mergeRows(_ rows: TableChanges.Rows, into table: TableStore) throws {
        guard rows.count > 0 else { return }
        let wasEmpty = try session.wasEmpty(table)
        try CellColumn.lend(rows.columns.map(\.cells)[...]) { cells in
            let columns = zip(rows.columns, cells).map { (id: $0.id, cells: $1) }
            let plan = try RowPlan(columns, table)
            let isFresh = wasEmpty && isPlain(plan, table)
            var lives = rows.lives[...]
            var exceptions = rows.exceptions[...]
            for index in 0..<rows.count {
                var row = IncomingRow(
                    key: rows.keys[index], began: rows.began[index], index: index)
                if let life = lives.first, life.row == index {
                    row.life = life.life
                    lives.removeFirst()
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

    /// Whether a row that is not here was deleted, and its grave cleared away.
    private func isDeleted(_ row: IncomingRow) throws -> Bool {
        try isLongGone(row.began) || wasForgotten(row.began)
    }

    /// Whether a row that begins is inserted, and nothing else is to be looked at.
    private func isPlain(_ plan: RowPlan, _ table: TableStore) -> Bool {
        plan.unknown.isEmpty && plan.missing.isEmpty && table.table.references.isEmpty
            && table.table.unique.isEmpty && !session.hasWaiting
    }

    /// A whole row of the batch.
    struct IncomingRow {
        let key: RowKey
        var life: UInt32 = 1
        let began: Int32
        var exceptions: ArraySlice<TableChanges.Exception> = []
        let index: Int

        /// When `column` was written.
        func stamp(of column: UInt8) -> Int32 {
            for exception in exceptions where exception.column == column {
                return exception.stamp
            }
            return began
        }
    }

    /// Inserts without looking: into a table that held nothing, a clash of keys is the exception.
    private func insertFresh(
        _ row: IncomingRow, _ plan: RowPlan, into table: TableStore
    ) throws -> Bool {
        let place: Int64
        do {
            place = try table.insert(row.key, plan, row: row.index, clearing: [])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return false
        }
        try table.runs.add(RunTable.Run(first: place, count: 1, stamp: try number(row.began)))
        let known = row.exceptions.lazy.filter { table.column($0.column) != nil }
        if row.life != 1 || !row.exceptions.isEmpty {
            clockWriter.removeAll()
            PackedClock.write(life: row.life, to: &clockWriter)
            for exception in known {
                PackedClock.write(
                    try number(exception.stamp), of: exception.column, to: &clockWriter)
            }
            if clockWriter.count > 0 { try table.append(clock: clockWriter.bytes, at: place) }
        }
        session.digest.toggle(
            row.key, in: table.table.id, life: row.life, began: stamp(row.began),
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
            if isLongGone(row.began) { return }
            if try wasForgotten(row.began) {
                return try repairs.buryAgain(row.key, life: row.life + 1, in: table)
            }
            try begin(row, plan, in: table)
        case .dead(let life, let stamp):
            guard try row.life > life || hasForgotten(stamp, row.began) else { return }
            // A row that waits for its parent stays buried meanwhile.
            if try isWaitingForParent(row, plan, in: table) { return }
            try table.removeGrave(of: row.key)
            try begin(row, plan, in: table)
        case .alive(let place, let began, let clock):
            if row.life > clock.life {
                if try isWaitingForParent(row, plan, in: table) { return }
                try noteLostEdits(row.key, place, began, clock, row.began, in: table)
                try repairs.orphan(childrenOf: row.key, in: table)
                try toggle(row.key, began, clock, in: table, adding: false)
                try table.delete(row.key, at: place, clock: clock, in: session)
                try begin(row, plan, in: table)
            } else if row.life == clock.life {
                try join(row, plan, at: place, began, clock, in: table)
            }
        }
    }

    /// The row comes to exist.
    private func begin(
        _ row: IncomingRow, _ plan: RowPlan, in table: TableStore
    ) throws {
        if try isWaitingForParent(row, plan, in: table) { return }
        let cleared = try clearDuplicates(of: row, plan, in: table)
        let place = try table.insert(row.key, plan, row: row.index, clearing: cleared)
        let began = try number(row.began)
        try table.runs.add(RunTable.Run(first: place, count: 1, stamp: began))
        var clock = PackedClock()
        clock.life = row.life
        var exceptions: [(column: UInt8, stamp: Stamp)] = []
        for exception in row.exceptions where table.column(exception.column) != nil {
            clock.set(try number(exception.stamp), of: exception.column)
            exceptions.append((exception.column, stamp(exception.stamp)))
        }
        // Columns that the writer did not know lose against whoever does.
        for column in plan.missing { clock.set(StampTable.zero, of: column) }
        if !clock.isPlain { try table.set(clock, at: place, replacing: PackedClock()) }
        session.digest.toggle(
            row.key, in: table.table.id, life: row.life, began: stamp(row.began),
            exceptions: exceptions, adding: true)
        noteAltered()
        try keepUnknown(row, plan, in: table)
        for column in cleared { try repairs.clear(column, of: row.key, in: table) }
        try repairs.enforceParents(of: row.key, in: table)
        try waiting.release(row.key, in: table.table.id, to: self)
    }

    /// Two replicas began the same life of one row: column by column, and the later beginning.
    private func join(
        _ row: IncomingRow, _ plan: RowPlan, at place: Int64, _ began: Int64,
        _ clock: PackedClock, in table: TableStore
    ) throws {
        let oldBegan = try session.stamps.stamp(began)
        var joined = PackedClock()
        joined.life = clock.life
        let isLater = stamp(row.began) > oldBegan
        let newBegan = isLater ? try number(row.began) : began
        var changed = isLater
        for column in table.table.columns where column.policy != .counter {
            let id = UInt8(column.id)
            var known = clock.stamp(of: id) ?? began
            if let cells = plan.columns.first(where: { $0.id == id }) {
                let cell = IncomingCell(
                    column: column, stamp: row.stamp(of: id), index: row.index,
                    cells: cells.cells)
                if try mergeCell(cell, row.key, place, known, in: table) {
                    known = try number(cell.stamp)
                    changed = true
                }
            }
            if try session.stamps.stamp(known) != session.stamps.stamp(newBegan) {
                joined.set(known, of: id)
            }
        }
        try keepUnknown(row, plan, in: table)
        guard changed else { return }
        try toggle(row.key, began, clock, in: table, adding: false)
        if isLater {
            try table.runs.add(RunTable.Run(first: place, count: 1, stamp: newBegan))
        }
        try table.set(joined, at: place)
        try toggle(row.key, newBegan, joined, in: table, adding: true)
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
        changes.edits = .init(row.key, life: row.life)
        for column in plan.unknown {
            changes.edits.append(
                column.id, stamp: row.stamp(of: column.id), value: column.cells[row.index])
        }
        try waiting.keep(changes, of: batch, at: sequence, row: row.key)
    }
}
