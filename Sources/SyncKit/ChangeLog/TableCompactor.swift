import GRDB

/// Compacts logged operations on one table into its clocks: first all are added, in the order of
/// the log, then the state of the table is looked at once.
final class TableCompactor {
    private let session: StoreSession
    private let table: TableStore
    /// The rows that were inserted or deleted, where something may wait for that.
    private(set) var awaited: Set<RowKey> = []
    private var insertedRanges = InsertedRanges()
    private var columnWrites = ColumnWriteBuffer()
    /// What was added to counters and is not noted yet: many additions are compacted together.
    private var additions: [RowKey: [Addition]] = [:]
    private var additionCount = 0

    private struct Addition {
        let column: ColumnID
        let source: UInt64
        var difference: Int64
        var stamp: StampNumber
    }

    init(session: StoreSession, table: TableStore) {
        self.session = session
        self.table = table
    }

    /// Adds the next operation of the log.
    func add(_ operation: Operation, stamp: StampNumber) throws {
        switch operation {
        case .insert(let first, let count):
            insertedRanges.add(first, count, stamp: stamp)
        case .update(let row, let column):
            columnWrites.add(column, at: row, stamp: stamp)
        case .add(let key, let column, _, let difference, let source):
            try addToCounter(
                Addition(column: column, source: source, difference: difference, stamp: stamp),
                of: key)
        case .delete(let rowID, let key):
            forgetAdditions(to: key)
            try addTombstone(key, at: rowID, stamp: stamp)
            if session.hasPendingDependencies { awaited.insert(key) }
            columnWrites.add(.wholeRow, at: rowID, stamp: stamp)
        }
    }

    /// Adds the next operation of the log once more, after ``beginNextPart()``.
    func addAgain(_ operation: Operation, stamp: StampNumber) {
        switch operation {
        case .insert, .add: return
        case .update(let row, let column):
            columnWrites.add(column, at: row, stamp: stamp)
        case .delete(let row, _): columnWrites.add(.wholeRow, at: row, stamp: stamp)
        }
    }

    /// Begins the rows that were inserted; after the whole log was added once.
    func beginRows() throws {
        guard !insertedRanges.runs.isEmpty else { return }
        try beginBornRows()
    }

    /// Compacts the updates of this part.
    func compactPart() throws {
        let key = try PreparedStatement(
            "SELECT id FROM \(quoted(table.table.name)) WHERE _rowid_ = ?", in: session.db)
        try columnWrites.forEachRow { rowID, writes in
            key.bind(rowID, at: 1)
            defer { key.reset() }
            if try key.step() { try compact(writes, at: rowID, try key.key(0)) }
        }
    }

    /// Whether the log must be read again for the row ids that are left.
    var hasNextPart: Bool { columnWrites.isCut }

    func beginNextPart() {
        columnWrites.beginNextPart()
    }

    // MARK: - Counters

    /// Adds an operation alone: for a log whose row ids mean nothing any more.
    func addCounters(of operation: Operation, stamp: StampNumber) throws {
        switch operation {
        case .insert, .update: return
        case .add: try add(operation, stamp: stamp)
        case .delete(_, let key):
            forgetAdditions(to: key)
            try CountLedger(session, table: table.table.id).remove(key)
        }
    }

    private func addToCounter(_ addition: Addition, of key: RowKey) throws {
        guard table.counters.contains(addition.column) else { return }
        let known = additions[key]?.firstIndex {
            $0.column == addition.column && $0.source == addition.source
        }
        if let known {
            additions[key]?[known].difference &+= addition.difference
            additions[key]?[known].stamp = addition.stamp
            return
        }
        additions[key, default: []].append(addition)
        additionCount += 1
        if additionCount >= Limits.heldColumnWrites { try noteAdditions() }
    }

    private func forgetAdditions(to key: RowKey) {
        additionCount -= additions.removeValue(forKey: key)?.count ?? 0
    }

    /// Notes what was added to counters so far.
    func noteAdditions() throws {
        let ledger = CountLedger(session, table: table.table.id)
        for (key, additions) in additions {
            for addition in additions {
                try ledger.add(
                    addition.difference, to: addition.column, of: key, source: addition.source,
                    stamp: addition.stamp)
            }
        }
        additions.removeAll()
        additionCount = 0
    }

    // MARK: - Deletes

    private func addTombstone(_ key: RowKey, at rowID: SQLRowID, stamp: StampNumber) throws {
        let deleted = try table.tombstone(of: key)
        let causalLength: UInt32
        if insertedRanges.remove(rowID) {
            // Inserted and gone between two compactions: no clock of it was ever counted.
            causalLength = (deleted?.causalLength ?? 0) + 1
        } else {
            let row = try table.version(of: key, at: rowID)
            causalLength = row.causalLength
            try table.toggleDigest(of: row, in: session, adding: false)
            if !row.clock.isPlain { try table.clocks.remove(at: rowID) }
        }
        try table.addTombstone(key, causalLength: causalLength + 1, stamp: stamp)
        if !table.counters.isEmpty {
            try CountLedger(session, table: table.table.id).remove(key)
        }
    }

    // MARK: - Inserts

    private func beginBornRows() throws {
        let mayBeDeleted = try table.hasTombstones()
        let rows = try PreparedStatement(
            """
            SELECT _rowid_, id FROM \(quoted(table.table.name))
            WHERE _rowid_ BETWEEN ? AND ? ORDER BY _rowid_
            """, in: session.db)
        for run in insertedRanges.runs {
            try table.runs.add(run)
            let createdStamp = try session.stamps.stamp(run.stamp)
            rows.bind(run.first, at: 1)
            rows.bind(run.last, at: 2)
            while try rows.step() {
                let (rowID, key) = (rows.rowID(0), try rows.key(1))
                guard !insertedRanges.isGone(rowID) else { continue }
                if session.hasPendingDependencies { awaited.insert(key) }
                var clock = PackedClock()
                if mayBeDeleted, let tombstone = try table.tombstone(of: key) {
                    clock.causalLength = tombstone.causalLength + 1
                    try table.removeTombstone(of: key)
                    try table.clocks.set(clock, at: rowID)
                }
                let hash = StateDigest.RowHash(
                    key, in: table.table.id, causalLength: clock.causalLength,
                    createdStamp: createdStamp)
                session.digest.toggle(hash, adding: true)
            }
            rows.reset()
        }
    }

    // MARK: - Updates

    private func compact(
        _ writes: [ColumnWriteBuffer.Write], at rowID: SQLRowID, _ key: RowKey
    ) throws {
        let row = try table.version(of: key, at: rowID)
        var written = row
        for write in writes {
            if write.stamp != row.createdStamp || written.clock.stamp(of: write.column) != nil {
                written.clock.set(write.stamp, of: write.column)
            }
        }
        guard written.clock != row.clock else { return }
        try table.replace(row, with: written, in: session)
    }
}
