import GRDB

/// Exports what this replica wrote and the server has not acknowledged, in the log's terms.
///
/// The log says where to look; values and stamps are those of now. What another replica has
/// overwritten meanwhile is left out: it has lost.
struct PendingExport {
    let session: StoreSession
    /// The numbers of the stamps to export are above this one.
    let settled: Int64

    /// An export of what was written after the stamp that `mark` names; folds the log first.
    init(session: StoreSession, after mark: (StoreState) throws -> Int64) throws {
        self.session = session
        try LogFolder(session: session).fold()
        settled = try mark(StoreState(db: session.db))
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
        var births = Births()
        var editsByPlace: [Int64: PendingEdit] = [:]
        var deaths: Set<RowKey> = []
        /// A bit for each counter that was added to.
        var counters: [RowKey: UInt64] = [:]
    }

    /// What the log says of one row.
    struct PendingEdit {
        /// A bit for each column that was written.
        var columns: UInt64 = 0
        /// The number of the stamp of the last write.
        var stamp: Int64 = 0
    }

    func pendingOperations() throws -> [Int: Pending] {
        let found = try PreparedStatement(
            """
            SELECT number, ops FROM sync_stamps WHERE number > ? AND ops IS NOT NULL
            ORDER BY number
            """, in: session.db)
        found.bind(settled, at: 1)
        var pending: [Int: Pending] = [:]
        while try found.step() {
            let number = found.integer(0)
            try OperationLog.read(found.bytes(1)) { table, operation in
                switch operation {
                case .insert(let first, let count):
                    pending[table, default: Pending()].births.add(first, count, stamp: number)
                case .update(let place, let column):
                    // All of a row that was born here is looked at, whatever was written since.
                    if pending[table]?.births.contains(place) == true { return }
                    var edit = pending[table]?.editsByPlace[place] ?? PendingEdit()
                    edit.columns |= 1 << UInt64(column)
                    edit.stamp = number
                    pending[table, default: Pending()].editsByPlace[place] = edit
                case .add(let key, let column, _, _, _):
                    pending[table, default: Pending()].counters[key, default: 0] |=
                        1 << UInt64(column)
                case .delete(_, let key):
                    pending[table, default: Pending()].deaths.insert(key)
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
        for run in pending.births.runs {
            try scan.start(from: run.first, to: run.end - 1)
            while try scan.next() {
                if builder.isFull { try flush() }
                if scan.began > settled, try isPending(scan.began) {
                    try builder.addRow(scan, in: table)
                } else {
                    // Another replica's beginning of the same row stands; edits may be ours.
                    try addEdits(.max, scan, table, builder)
                }
            }
        }
        for (place, columns) in Self.inOrder(pending.editsByPlace) {
            try scan.start(from: place, to: place)
            guard try scan.next() else { continue }
            if builder.isFull { try flush() }
            // A row that is exported whole has its edits with it.
            let isWhole = try pending.births.contains(place) && isPending(scan.began)
            if !isWhole {
                try addEdits(columns, scan, table, builder)
            }
            scan.stop()
        }
        for (key, columns) in pending.counters.sorted(by: { $0.key < $1.key }) {
            guard case .alive(_, _, let clock) = try table.row(key) else { continue }
            for entry in try pendingEntries(columns, of: key, in: table) {
                if builder.isFull { try flush() }
                try builder.addCount(entry, of: key, life: clock.life, in: table)
            }
        }
        for key in pending.deaths.sorted() {
            guard let grave = try table.grave(of: key), try isPending(grave.stamp) else { continue }
            if builder.isFull { try flush() }
            try builder.addDeath(key, life: grave.life, stamp: grave.stamp, in: table)
        }
    }

    /// By column, then by time: so the rows of a column's cells are a run, and their stamps rise.
    private static func inOrder(
        _ edits: [Int64: PendingEdit]
    ) -> [(place: Int64, columns: UInt64)] {
        edits.sorted { left, right in
            let columns = (
                left.value.columns.trailingZeroBitCount, right.value.columns.trailingZeroBitCount
            )
            return (columns.0, left.value.stamp, left.key)
                < (columns.1, right.value.stamp, right.key)
        }.map { ($0.key, $0.value.columns) }
    }

    private func addEdits(
        _ columns: UInt64, _ scan: RowScan, _ table: TableStore, _ builder: BatchBuilder
    ) throws {
        let edits = try scan.clock.exceptions.filter { exception in
            guard columns & 1 << UInt64(exception.column) != 0 else { return false }
            return try isPending(exception.stamp)
        }
        if !edits.isEmpty { try builder.addEdit(edits, scan, in: table) }
    }

    /// What is to be sent of the counters of a row.
    func pendingEntries(
        _ columns: UInt64, of key: RowKey, in table: TableStore
    ) throws -> [CountLedger.Entry] {
        try CountLedger(session, table: table.table.id).entries(of: key).filter { entry in
            try columns & 1 << UInt64(entry.column) != 0 && isPending(entry.stamp)
        }
    }

    /// Whether a stamp is one of this replica's that is not acknowledged.
    func isPending(_ number: Int64) throws -> Bool {
        guard number > settled else { return false }
        return try session.stamps.entry(number).sequence == nil
    }
}
