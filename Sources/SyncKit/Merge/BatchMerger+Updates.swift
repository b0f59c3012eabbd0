import GRDB

extension BatchMerger {
    /// One received cell.
    struct IncomingCell {
        let column: SyncedColumn
        let stamp: Int32
        let index: Int
        let cells: BorrowedCells
    }

    /// Merges cells of rows that exist already.
    func mergeUpdates(_ updates: TableChanges.Updates, into table: TableStore) throws {
        guard updates.count > 0 else { return }
        try CellColumn.borrow(updates.columns.map(\.cells)[...]) { borrowed in
            var causalLengths = updates.causalLengths[...]
            var next = [Int](repeating: 0, count: updates.columns.count)
            for index in 0..<updates.count {
                var update = IncomingUpdate(key: updates.keys[index])
                if let causalLength = causalLengths.first, causalLength.row == index {
                    update.causalLength = causalLength.causalLength
                    causalLengths.removeFirst()
                }
                for column in updates.columns.indices {
                    let cells = updates.columns[column]
                    guard next[column] < cells.rows.count, cells.rows[next[column]] == index
                    else { continue }
                    update.cells.append((column, next[column]))
                    next[column] += 1
                }
                try merge(update, of: updates, borrowed, into: table)
            }
        }
    }

    /// The cells of one row, as places in the batch's columns.
    private struct IncomingUpdate {
        let key: RowKey
        var causalLength: UInt32 = 1
        var cells: [(column: Int, index: Int)] = []
    }

    private func merge(
        _ update: IncomingUpdate, of updates: TableChanges.Updates, _ borrowed: [BorrowedCells],
        into table: TableStore
    ) throws {
        let causalLength: UInt32
        switch try table.row(update.key) {
        case .alive(let row) where row.causalLength == update.causalLength:
            return try merge(update, of: updates, borrowed, into: row, of: table)
        case .alive(let row): causalLength = row.causalLength
        case .dead(let known, _): causalLength = known
        case .unseen: causalLength = 0
        }
        // The update of a causal length that is over has lost; that of one that has not begun here
        // waits.
        if causalLength < update.causalLength {
            try keep(update, of: updates, columns: nil, in: table)
        }
    }

    private func merge(
        _ update: IncomingUpdate, of updates: TableChanges.Updates, _ borrowed: [BorrowedCells],
        into row: RowVersion, of table: TableStore
    ) throws {
        var merged = row
        var unknown: [ColumnID] = []
        for (position, index) in update.cells {
            let incoming = updates.columns[position]
            guard let column = table.column(incoming.id) else {
                unknown.append(incoming.id)
                continue
            }
            let cell = IncomingCell(
                column: column, stamp: incoming.stamps[index], index: index,
                cells: borrowed[position])
            let known = merged.stamp(of: incoming.id)
            if try isWaitingForParent(
                cell, causalLength: update.causalLength, update.key, known, in: table)
            {
                continue
            }
            if try mergeCell(cell, into: row, known: known, in: table) {
                merged.clock.set(try number(cell.stamp), of: incoming.id)
            }
        }
        if !unknown.isEmpty { try keep(update, of: updates, columns: unknown, in: table) }
        guard merged.clock != row.clock else { return }
        try table.replace(row, with: merged, in: session)
        noteAltered()
        try clearSetAside(of: update.key, in: table)
        try repairs.enforceParents(of: update.key, in: table)
    }

    /// Writes the cell where it wins over what was written at the stamp `known`.
    func mergeCell(
        _ cell: IncomingCell, into row: RowVersion, known: StampNumber, in table: TableStore
    ) throws -> Bool {
        let rowID = row.rowID
        let (old, new) = (try session.stamps.stamp(known), stamp(cell.stamp))
        let id = cell.column.id
        if old == new {
            // The same write. Its value is here, unless the column was not known when it came.
            guard isReleasing else { return false }
            try table.update(id, at: rowID, to: cell.index, of: cell.cells)
            return false
        }
        let isConcurrent = try areConcurrent(known, cell.stamp)
        let policy = cell.column.policy
        guard isConcurrent || policy != .lastWriter || !table.table.unique.isEmpty else {
            guard new > old else { return false }
            try table.update(id, at: rowID, to: cell.index, of: cell.cells)
            return true
        }
        let values = (old: try table.value(of: id, at: rowID), new: cell.cells[cell.index])
        let wins = policy.replaces((old, values.old), by: (new, values.new))
        if isConcurrent, policy == .lastWriter || policy == .firstWriter, values.old != values.new,
            old != .zero, new != .zero
        {
            try conflicts.add(
                .cellOverwritten, table.table.id, row.key, column: id,
                lost: [(id, wins ? values.old : values.new)],
                lostStamp: wins ? known : try number(cell.stamp),
                wonStamp: wins ? try number(cell.stamp) : known)
        }
        if wins {
            if try !clearDuplicates(of: cell, into: row, in: table) {
                try table.update(id, at: rowID, to: cell.index, of: cell.cells)
            }
        }
        return wins
    }

    private func keep(
        _ update: IncomingUpdate, of updates: TableChanges.Updates, columns: [ColumnID]?,
        in table: TableStore
    ) throws {
        var changes = TableChanges(table: table.table.id)
        changes.updates = .init(update.key, causalLength: update.causalLength)
        for (position, index) in update.cells {
            let column = updates.columns[position]
            if let columns, !columns.contains(column.id) { continue }
            changes.updates.append(
                column.id, stamp: column.stamps[index], value: column.cells[index])
        }
        try dependencies.keep(changes, of: batch, at: sequence, row: update.key)
    }
}

extension TableChanges.Updates {
    /// Updates of one row.
    package init(_ key: RowKey, causalLength: UInt32) {
        keys.append(key)
        if causalLength != 1 {
            causalLengths = [TableChanges.CausalLength(row: 0, causalLength: causalLength)]
        }
    }

    /// Adds a cell of the one row; columns come in rising order.
    package mutating func append(_ column: ColumnID, stamp: Int32, value: SQLValue) {
        var edited = TableChanges.UpdatedColumn(id: column, rows: [0], stamps: [stamp])
        edited.cells.append(value)
        columns.append(edited)
    }
}
