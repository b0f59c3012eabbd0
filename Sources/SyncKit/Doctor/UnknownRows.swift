import GRDB

/// Finds rows without a clock: they are not sent, and no digest counts them.
///
/// Only what lies after the row id up to which all rows had their clocks is looked at, so that it
/// costs next to nothing to ask at each exchange; the doctor looks at every row.
struct UnknownRows {
    private let session: StoreSession
    private var db: Database { session.db }

    init(_ session: StoreSession) {
        self.session = session
    }

    /// Whether there are any; the log must be compacted.
    func exist() throws -> Bool {
        for table in try session.allTables() where try exist(in: table) { return true }
        return false
    }

    private func exist(in table: TableStore) throws -> Bool {
        let state = StoreState(db: db)
        let key = StoreState.datedRowID(of: table.table.id)
        guard let last = try lastRowID(of: table) else { return false }
        let checked: SQLRowID =
            if case .integer(let rowID) = try state.value(key) {
                SQLRowID(rowID)
            } else {
                SQLRowID(.min)
            }
        guard last > checked else { return false }
        guard let end = try dated(after: checked, in: table), end >= last else { return true }
        try state.set(key, .rowID(last))
        return false
    }

    /// The row id up to which every row after `checked` has a clock; nil where a row lies between
    /// two runs.
    private func dated(after checked: SQLRowID, in table: TableStore) throws -> SQLRowID? {
        try table.runs.flush()
        let (id, name) = (table.table.id, quoted(table.table.name))
        let between = try PreparedStatement(
            "SELECT 1 FROM \(name) WHERE _rowid_ > ? AND _rowid_ < ? LIMIT 1", in: db)
        let runs = try PreparedStatement(
            """
            SELECT first, count FROM sync_runs_\(id) WHERE first >= ifnull(
            (SELECT max(first) FROM sync_runs_\(id) WHERE first <= ?1), ?1) ORDER BY first
            """, in: db)
        runs.bind(checked, at: 1)
        var end = checked
        while try runs.step() {
            let run = RunTable.Run(first: runs.rowID(0), count: runs.integer(1), stamp: .zero)
            if run.first > end {
                between.bind(end, at: 1)
                between.bind(run.first, at: 2)
                defer { between.reset() }
                if try between.step() { return nil }
            }
            end = max(end, run.last)
        }
        return end
    }

    private func lastRowID(of table: TableStore) throws -> SQLRowID? {
        let last = try PreparedStatement(
            "SELECT _rowid_ FROM \(quoted(table.table.name)) ORDER BY _rowid_ DESC LIMIT 1",
            in: db)
        return try last.step() ? last.rowID(0) : nil
    }
}
