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
    ///
    /// Where no constraint ties rows together they are merged in the order in which they lie in the
    /// table, whatever order they come in: neighbours are on one page.
    func mergeUpdates(_ updates: TableChanges.Updates, into table: TableStore) throws {
        guard updates.count > 0 else { return }
        try CellColumn.borrow(updates.columns.map(\.cells)[...]) { borrowed in
            let incoming = IncomingUpdates(updates, borrowed)
            guard table.table.references.isEmpty, table.table.unique.isEmpty else {
                for index in 0..<updates.count {
                    try merge(incoming.update(index), of: incoming, into: table)
                }
                return
            }
            var found: [(rowID: SQLRowID, clock: PackedClock, index: Int)] = []
            found.reserveCapacity(updates.count)
            for (key, index) in incoming.keysInOrder {
                if let (rowID, clock) = try table.rowIDAndClock(of: key) {
                    found.append((rowID, clock, index))
                } else {
                    try merge(incoming.update(index), of: incoming, into: table)
                }
            }
            found.sort { ($0.rowID, $0.index) < ($1.rowID, $1.index) }
            var previous: SQLRowID?
            for (rowID, clock, index) in found {
                let update = incoming.update(index)
                guard rowID != previous else {
                    // The row's clock may be another one now.
                    try merge(update, of: incoming, into: table)
                    continue
                }
                previous = rowID
                let row = try table.version(of: update.key, at: rowID, stored: clock)
                try merge(update, of: incoming, ifCurrent: row, of: table)
            }
        }
    }

    /// The updates of a batch, with the cells of each row.
    private struct IncomingUpdates {
        let updates: TableChanges.Updates
        let borrowed: [BorrowedCells]
        /// The cells of all rows, as places in the batch's columns; those of row `index` are from
        /// `ends[index]` to before `ends[index + 1]`, by rising column.
        private var cells: [(column: Int, index: Int)]
        private var ends: [Int]

        init(_ updates: TableChanges.Updates, _ borrowed: [BorrowedCells]) {
            self.updates = updates
            self.borrowed = borrowed
            ends = [Int](repeating: 0, count: updates.count + 1)
            for column in updates.columns {
                for row in column.rows { ends[Int(row) + 1] += 1 }
            }
            for index in 0..<updates.count { ends[index + 1] += ends[index] }
            cells = Array(repeating: (0, 0), count: ends[updates.count])
            var next = ends
            for (column, values) in updates.columns.enumerated() {
                for (index, row) in values.rows.enumerated() {
                    cells[next[Int(row)]] = (column, index)
                    next[Int(row)] += 1
                }
            }
        }

        /// The key and index of every row, by rising key.
        var keysInOrder: [(key: RowKey, index: Int)] {
            updates.keys.enumerated().map { (key: $1, index: $0) }
                .sorted { ($0.key, $0.index) < ($1.key, $1.index) }
        }

        func update(_ index: Int) -> IncomingUpdate {
            // Few rows have another causal length than 1, and they come in rising order.
            var (low, high) = (0, updates.causalLengths.count)
            while low < high {
                let middle = (low + high) / 2
                if updates.causalLengths[middle].row < index {
                    low = middle + 1
                } else {
                    high = middle
                }
            }
            var causalLength: UInt32 = 1
            if low < updates.causalLengths.count, updates.causalLengths[low].row == index {
                causalLength = updates.causalLengths[low].causalLength
            }
            return IncomingUpdate(
                key: updates.keys[index], causalLength: causalLength,
                cells: cells[ends[index]..<ends[index + 1]])
        }
    }

    /// The cells of one row.
    private struct IncomingUpdate {
        let key: RowKey
        let causalLength: UInt32
        let cells: ArraySlice<(column: Int, index: Int)>
    }

    private func merge(
        _ update: IncomingUpdate, of incoming: IncomingUpdates, into table: TableStore
    ) throws {
        switch try table.row(update.key) {
        case .alive(let row): try merge(update, of: incoming, ifCurrent: row, of: table)
        case .dead(let known, _): try wait(update, of: incoming, unless: known, in: table)
        case .unseen: try wait(update, of: incoming, unless: 0, in: table)
        }
    }

    /// Merges an update of a row that exists, of whatever causal length.
    private func merge(
        _ update: IncomingUpdate, of incoming: IncomingUpdates, ifCurrent row: RowVersion,
        of table: TableStore
    ) throws {
        guard row.causalLength == update.causalLength else {
            return try wait(update, of: incoming, unless: row.causalLength, in: table)
        }
        try merge(update, of: incoming, into: row, of: table)
    }

    /// The update of a causal length that is over has lost; that of one that has not begun here
    /// waits.
    private func wait(
        _ update: IncomingUpdate, of incoming: IncomingUpdates, unless causalLength: UInt32,
        in table: TableStore
    ) throws {
        guard causalLength < update.causalLength else { return }
        try keep(update, of: incoming.updates, columns: nil, in: table)
    }

    private func merge(
        _ update: IncomingUpdate, of batch: IncomingUpdates, into row: RowVersion,
        of table: TableStore
    ) throws {
        let updates = batch.updates
        var merged = row
        var unknown: [ColumnID] = []
        for (position, index) in update.cells {
            let id = updates.columns[position].id
            guard let column = table.column(id) else {
                unknown.append(id)
                continue
            }
            let cell = IncomingCell(
                column: column, stamp: updates.columns[position].stamps[index], index: index,
                cells: batch.borrowed[position])
            let known = merged.stamp(of: id)
            if try isWaitingForParent(
                cell, causalLength: update.causalLength, update.key, known, in: table)
            {
                continue
            }
            if try mergeCell(cell, into: row, known: known, in: table) {
                merged.clock.set(try number(cell.stamp), of: id)
            }
        }
        if !unknown.isEmpty { try keep(update, of: updates, columns: unknown, in: table) }
        guard merged.clock != row.clock else { return }
        try table.replace(row, with: merged, in: session)
        noteAltered()
        try clearSetAside(of: update.key, in: table)
        try checkParents(of: update.key, in: table)
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
            if isReleasing { _ = try write(cell, into: row, in: table) }
            return false
        }
        let isConcurrent = try areConcurrent(known, cell.stamp)
        let policy = cell.column.policy
        guard isConcurrent || policy != .lastWriter || !table.table.unique.isEmpty else {
            return try new > old && write(cell, into: row, in: table)
        }
        let values = (old: try table.value(of: id, at: rowID), new: cell.cells[cell.index])
        // What its row's writer did not know loses against every write, by any policy.
        let wins =
            old == .zero
            || new != .zero && policy.replaces((old, values.old), by: (new, values.new))
        if wins, try !clearDuplicates(of: cell, into: row, in: table) {
            guard try write(cell, into: row, in: table) else { return false }
        }
        if isConcurrent, policy == .lastWriter || policy == .firstWriter, values.old != values.new,
            old != .zero, new != .zero
        {
            try conflicts.add(
                .cellOverwritten, table.table.id, row.key, column: id,
                lost: [(id, wins ? values.old : values.new)],
                lostStamp: wins ? known : try number(cell.stamp),
                wonStamp: wins ? try number(cell.stamp) : known)
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
