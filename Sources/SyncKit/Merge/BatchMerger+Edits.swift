import GRDB

extension BatchMerger {
    /// One received cell.
    struct IncomingCell {
        let column: SyncedColumn
        let stamp: Int32
        let index: Int
        let cells: LentCells
    }

    /// Merges cells of rows that exist already.
    func mergeEdits(_ edits: TableChanges.Edits, into table: TableStore) throws {
        guard edits.count > 0 else { return }
        try CellColumn.lend(edits.columns.map(\.cells)[...]) { lent in
            var lives = edits.lives[...]
            var next = [Int](repeating: 0, count: edits.columns.count)
            for index in 0..<edits.count {
                var edit = IncomingEdit(key: edits.keys[index])
                if let life = lives.first, life.row == index {
                    edit.life = life.life
                    lives.removeFirst()
                }
                for column in edits.columns.indices {
                    let cells = edits.columns[column]
                    guard next[column] < cells.rows.count, cells.rows[next[column]] == index
                    else { continue }
                    edit.cells.append((column, next[column]))
                    next[column] += 1
                }
                try merge(edit, of: edits, lent, into: table)
            }
        }
    }

    /// The cells of one row, as places in the batch's columns.
    private struct IncomingEdit {
        let key: RowKey
        var life: UInt32 = 1
        var cells: [(column: Int, index: Int)] = []
    }

    private func merge(
        _ edit: IncomingEdit, of edits: TableChanges.Edits, _ lent: [LentCells],
        into table: TableStore
    ) throws {
        let life: UInt32
        switch try table.row(edit.key) {
        case .alive(let place, let began, let clock) where clock.life == edit.life:
            return try merge(
                edit, of: edits, lent, at: place, began: began, clock: clock, into: table)
        case .alive(_, _, let clock): life = clock.life
        case .dead(let known, _): life = known
        case .unseen: life = 0
        }
        // The edit of a life that is over has lost; that of one that has not begun here waits.
        if life < edit.life { try keep(edit, of: edits, columns: nil, in: table) }
    }

    private func merge(
        _ edit: IncomingEdit, of edits: TableChanges.Edits, _ lent: [LentCells],
        at place: Int64, began: Int64, clock: PackedClock, into table: TableStore
    ) throws {
        var merged = clock
        var unknown: [UInt8] = []
        for (position, index) in edit.cells {
            let incoming = edits.columns[position]
            guard let column = table.column(incoming.id) else {
                unknown.append(incoming.id)
                continue
            }
            let cell = IncomingCell(
                column: column, stamp: incoming.stamps[index], index: index,
                cells: lent[position])
            let known = merged.stamp(of: incoming.id) ?? began
            if try isWaitingForParent(cell, life: edit.life, edit.key, known, in: table) {
                continue
            }
            if try mergeCell(cell, edit.key, place, known, in: table) {
                merged.set(try number(cell.stamp), of: incoming.id)
            }
        }
        if !unknown.isEmpty { try keep(edit, of: edits, columns: unknown, in: table) }
        guard merged != clock else { return }
        try toggle(edit.key, began, clock, in: table, adding: false)
        try table.set(merged, at: place, replacing: clock)
        try toggle(edit.key, began, merged, in: table, adding: true)
        noteAltered()
        try clearSetAside(of: edit.key, in: table)
        try repairs.enforceParents(of: edit.key, in: table)
    }

    /// Writes the cell where it wins over what was written at the stamp `known`.
    func mergeCell(
        _ cell: IncomingCell, _ key: RowKey, _ place: Int64, _ known: Int64, in table: TableStore
    ) throws -> Bool {
        let (old, new) = (try session.stamps.stamp(known), stamp(cell.stamp))
        let id = UInt8(cell.column.id)
        if old == new {
            // The same write. Its value is here, unless the column was not known when it came.
            guard isReleasing else { return false }
            try table.update(id, at: place, to: cell.index, of: cell.cells)
            return false
        }
        let isConcurrent = try areConcurrent(known, cell.stamp)
        let policy = cell.column.policy
        guard isConcurrent || policy != .lastWriter || !table.table.unique.isEmpty else {
            guard new > old else { return false }
            try table.update(id, at: place, to: cell.index, of: cell.cells)
            return true
        }
        let values = (old: try table.value(of: id, at: place), new: cell.cells[cell.index])
        let wins = policy.replaces((old, values.old), by: (new, values.new))
        if isConcurrent, policy == .lastWriter || policy == .firstWriter, values.old != values.new,
            old != .zero, new != .zero
        {
            try conflicts.add(
                .cellOverwritten, table.table.id, key, column: id,
                lost: [(id, wins ? values.old : values.new)],
                lostStamp: wins ? known : try number(cell.stamp),
                wonStamp: wins ? try number(cell.stamp) : known)
        }
        if wins {
            if try !clearDuplicates(of: cell, key, place, in: table) {
                try table.update(id, at: place, to: cell.index, of: cell.cells)
            }
        }
        return wins
    }

    private func keep(
        _ edit: IncomingEdit, of edits: TableChanges.Edits, columns: [UInt8]?, in table: TableStore
    ) throws {
        var changes = TableChanges(table: table.table.id)
        changes.edits = .init(edit.key, life: edit.life)
        for (position, index) in edit.cells {
            let column = edits.columns[position]
            if let columns, !columns.contains(column.id) { continue }
            changes.edits.append(
                column.id, stamp: column.stamps[index], value: column.cells[index])
        }
        try waiting.keep(changes, of: batch, at: sequence, row: edit.key)
    }
}

extension TableChanges.Edits {
    /// Edits of one row.
    package init(_ key: RowKey, life: UInt32) {
        keys.append(key)
        if life != 1 { lives = [TableChanges.Life(row: 0, life: life)] }
    }

    /// Adds a cell of the one row; columns come in rising order.
    package mutating func append(_ column: UInt8, stamp: Int32, value: SQLValue) {
        var edited = TableChanges.EditedColumn(id: column, rows: [0], stamps: [stamp])
        edited.cells.append(value)
        columns.append(edited)
    }
}
