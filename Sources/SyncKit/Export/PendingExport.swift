import GRDB

/// Exports what this replica wrote and the server has not acknowledged, in the log's terms.
///
/// The log says where to look; values and stamps are those of now. What another replica has
/// overwritten meanwhile is left out: it has lost.
struct PendingExport {
    let session: StoreSession
    /// The numbers of the stamps to export are above this one.
    let acknowledged: StampNumber

    /// An export of what was written after the stamp that `start` names; compacts the log first.
    init(session: StoreSession, after start: (StoreState) throws -> StampNumber) throws {
        self.session = session
        try ChangeLogCompactor(session: session).compact()
        acknowledged = try start(StoreState(db: session.db))
    }

    /// Hands batches to `emit` until everything is exported; false where nothing was pending.
    func run(_ emit: (ChangeBatch) throws -> Void) throws -> Bool {
        let pending = try pendingOperations()
        let builder = BatchBuilder(session, keepsSequences: false)
        var hasEmitted = false
        for (id, operations) in pending.sorted(by: { $0.key < $1.key }) {
            guard let table = try session.table(id) else { continue }
            try export(operations, of: table, with: builder) {
                hasEmitted = true
                try emit(builder.take())
            }
        }
        if !builder.isEmpty {
            hasEmitted = true
            try emit(builder.take())
        }
        return hasEmitted
    }

    /// Operations on one table, without their order: the state decides.
    struct Pending {
        var insertedRanges = InsertedRanges()
        var updatesByRowID: [SQLRowID: PendingUpdate] = [:]
        var deletes: Set<RowKey> = []
        /// A bit for each counter that was added to.
        var counters: [RowKey: UInt64] = [:]
    }

    /// What the log says of one row.
    struct PendingUpdate {
        /// A bit for each column that was written.
        var columns: UInt64 = 0
        /// The number of the stamp of the last write.
        var stamp = StampNumber.zero
    }

    func pendingOperations() throws -> [TableID: Pending] {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(acknowledged, at: 1)
        var pending: [TableID: Pending] = [:]
        while try found.step() {
            let number = found.stampNumber(0)
            try OperationLog.read(found.bytes(1)) { table, operation in
                switch operation {
                case .insert(let first, let count):
                    pending[table, default: Pending()].insertedRanges.add(
                        first, count, stamp: number)
                case .update(let rowID, let column):
                    // All of a row that was inserted here is looked at, whatever was written since.
                    if pending[table]?.insertedRanges.contains(rowID) == true { return }
                    var update = pending[table]?.updatesByRowID[rowID] ?? PendingUpdate()
                    update.columns |= column.bit
                    update.stamp = number
                    pending[table, default: Pending()].updatesByRowID[rowID] = update
                case .add(let key, let column, _, _, _):
                    pending[table, default: Pending()].counters[key, default: 0] |=
                        column.bit
                case .delete(_, let key):
                    pending[table, default: Pending()].deletes.insert(key)
                }
            }
        }
        return pending
    }

    private func export(
        _ pending: Pending, of table: TableStore, with builder: BatchBuilder,
        flush: () throws -> Void
    ) throws {
        let scan = try RowScan(table, in: session.db)
        for run in pending.insertedRanges.runs {
            try scan.start(from: run.first, to: run.last)
            while try scan.next() {
                if builder.isFull { try flush() }
                if scan.createdStamp > acknowledged, try isPending(scan.createdStamp) {
                    try builder.addRow(scan, in: table)
                } else {
                    // Another replica's beginning of the same row stands; updates may be ours.
                    try addUpdates(.max, scan, table, builder)
                }
            }
        }
        for (rowID, columns) in Self.inOrder(pending.updatesByRowID) {
            try scan.start(from: rowID, to: rowID)
            guard try scan.next() else { continue }
            if builder.isFull { try flush() }
            // A row that is exported whole has its updates with it.
            let isWhole = try pending.insertedRanges.contains(rowID) && isPending(scan.createdStamp)
            if !isWhole {
                try addUpdates(columns, scan, table, builder)
            }
            scan.stop()
        }
        for (key, columns) in pending.counters.sorted(by: { $0.key < $1.key }) {
            guard case .alive(let row) = try table.row(key) else { continue }
            for entry in try pendingEntries(columns, of: key, in: table) {
                if builder.isFull { try flush() }
                try builder.addCount(entry, of: key, causalLength: row.causalLength, in: table)
            }
        }
        for key in pending.deletes.sorted() {
            guard let tombstone = try table.tombstone(of: key), try isPending(tombstone.stamp)
            else { continue }
            if builder.isFull { try flush() }
            try builder.addDelete(
                key, causalLength: tombstone.causalLength, stamp: tombstone.stamp, in: table)
        }
    }

    /// By column, then by time: so the rows of a column's cells are a run, and their stamps rise.
    private static func inOrder(
        _ updates: [SQLRowID: PendingUpdate]
    ) -> [(rowID: SQLRowID, columns: UInt64)] {
        updates.sorted { left, right in
            let columns = (
                left.value.columns.trailingZeroBitCount, right.value.columns.trailingZeroBitCount
            )
            return (columns.0, left.value.stamp, left.key)
                < (columns.1, right.value.stamp, right.key)
        }.map { ($0.key, $0.value.columns) }
    }

    private func addUpdates(
        _ columns: UInt64, _ scan: RowScan, _ table: TableStore, _ builder: BatchBuilder
    ) throws {
        let updates = try scan.clock.exceptions.filter { exception in
            guard columns & exception.column.bit != 0 else { return false }
            return try isPending(exception.stamp)
        }
        if !updates.isEmpty { try builder.addUpdate(updates, scan, in: table) }
    }

    /// What is to be sent of the counters of a row.
    func pendingEntries(
        _ columns: UInt64, of key: RowKey, in table: TableStore
    ) throws -> [CountLedger.Entry] {
        try CountLedger(session, table: table.table.id).entries(of: key).filter { entry in
            try columns & entry.column.bit != 0 && isPending(entry.stamp)
        }
    }

    /// Whether a stamp is one of this replica's that is not acknowledged.
    func isPending(_ number: StampNumber) throws -> Bool {
        guard number > acknowledged else { return false }
        return try session.stamps.entry(number).sequence == nil
    }
}

extension PendingExport {
    /// How many rows there are to export; looks at their clocks and reads no values.
    func rowCount() throws -> Int {
        var count = 0
        for (id, pending) in try pendingOperations() {
            guard let table = try session.table(id) else { continue }
            count += try self.count(pending, of: table)
        }
        return count
    }

    private func count(_ pending: Pending, of table: TableStore) throws -> Int {
        let scan = try RowScan(table, in: session.db, withValues: false)
        var count = 0
        var counted: Set<RowKey> = []
        for run in pending.insertedRanges.runs {
            try scan.start(from: run.first, to: run.last)
            while try scan.next() {
                guard try isPending(scan.createdStamp) || hasPendingUpdates(.max, scan) else {
                    continue
                }
                count += 1
                if !pending.counters.isEmpty { counted.insert(scan.key) }
            }
        }
        for rowID in pending.updatesByRowID.keys.sorted()
        where !pending.insertedRanges.contains(rowID) {
            try scan.start(from: rowID, to: rowID)
            let columns = pending.updatesByRowID[rowID]?.columns ?? 0
            guard try scan.next(), try hasPendingUpdates(columns, scan) else { continue }
            count += 1
            if !pending.counters.isEmpty { counted.insert(scan.key) }
        }
        scan.stop()
        for (key, columns) in pending.counters where !counted.contains(key) {
            if try !pendingEntries(columns, of: key, in: table).isEmpty { count += 1 }
        }
        for key in pending.deletes {
            if let tombstone = try table.tombstone(of: key), try isPending(tombstone.stamp) {
                count += 1
            }
        }
        return count
    }

    private func hasPendingUpdates(_ columns: UInt64, _ scan: RowScan) throws -> Bool {
        for exception in scan.clock.exceptions where columns & exception.column.bit != 0 {
            if try isPending(exception.stamp) { return true }
        }
        return false
    }
}
