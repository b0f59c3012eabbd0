import GRDB

/// One synced table with its clocks, inside one transaction.
final class TableStore {
    /// What is known of a row.
    enum Row {
        /// Nothing: it never was, or its tombstone was cleared away.
        case unseen
        /// It exists.
        case alive(RowVersion)
        /// It was deleted at the stamp with this number.
        case dead(causalLength: UInt32, stamp: StampNumber)
    }

    let table: SyncedTable
    let runs: RunTable
    let clocks: ClockTable
    let counters: Set<ColumnID>
    private let gaps: [KnownColumns.Gap]
    private let foreignKeys: ForeignKeyDeferral
    private let db: Database
    private let queries: PreparedQueries<Query>
    /// By column id, as the two below.
    private let columns: [SyncedColumn?]
    /// The declared columns as bits.
    private let declared: UInt64
    private var guarded: GuardedColumns?
    private var updates: [PreparedStatement?]
    private var values: [PreparedStatement?]

    init(
        _ table: SyncedTable, gaps: [KnownColumns.Gap], _ foreignKeys: ForeignKeyDeferral,
        in db: Database
    ) {
        self.gaps = gaps
        self.foreignKeys = foreignKeys
        self.table = table
        self.db = db
        queries = PreparedQueries(in: db)
        var columns = [SyncedColumn?](repeating: nil, count: Limits.columns + 1)
        for column in table.columns { columns[Int(column.id.rawValue)] = column }
        self.columns = columns
        declared = table.columnBits
        updates = [PreparedStatement?](repeating: nil, count: columns.count)
        values = updates
        counters = Set(table.columns.filter { $0.policy == .counter }.map { $0.id })
        runs = RunTable(table.id, in: db)
        clocks = ClockTable(table.id, in: db)
    }

    /// The declared column with an id.
    @inline(__always)
    func column(_ id: ColumnID) -> SyncedColumn? {
        Int(id.rawValue) < columns.count ? columns[Int(id.rawValue)] : nil
    }

    /// Whether a column with an id is declared.
    @inline(__always)
    func has(_ id: ColumnID) -> Bool { declared & id.bit != 0 }

    // MARK: - Rows

    /// What is known of the row with `key`.
    func row(_ key: RowKey) throws -> Row {
        if let row = try rowIDAndClock(of: key) {
            let createdStamp = try createdStamp(at: row.rowID)
            return .alive(
                RowVersion(
                    key: key, rowID: row.rowID, createdStamp: createdStamp,
                    clock: filled(row.clock, createdStamp: createdStamp)))
        }
        if let tombstone = try tombstone(of: key) {
            return .dead(causalLength: tombstone.causalLength, stamp: tombstone.stamp)
        }
        return .unseen
    }

    /// Where the row with `key` lies, and the clock that is stored of it.
    func rowIDAndClock(
        of key: RowKey
    ) throws -> (rowID: SQLRowID, clock: PackedClock)? {
        let findRow = try prepared(.findRow)
        findRow.bind(key, at: 1)
        defer { findRow.reset() }
        guard try findRow.step() else { return nil }
        let rowID = findRow.rowID(0)
        // What is stored may be older than what is held back.
        if clocks.isHeld(rowID) { return (rowID, try clocks.clock(at: rowID)) }
        return (rowID, try PackedClock(findRow.borrowed(1)))
    }

    /// Where the row with `key` lies.
    func rowID(of key: RowKey) throws -> SQLRowID? {
        let find = try prepared(.find)
        find.bind(key, at: 1)
        defer { find.reset() }
        return try find.step() ? find.rowID(0) : nil
    }

    /// Inserts row `index` of the plan's columns and returns its row id.
    ///
    /// - Parameter cleared: Columns that take null instead.
    @inline(__always)
    func insert(
        _ key: RowKey, _ plan: BatchMerger.RowPlan, row index: Int, clearing cleared: [ColumnID]
    ) throws -> SQLRowID {
        plan.insert.bind(key, at: 1)
        var parameter: Int32 = 2
        for column in plan.known {
            if cleared.isEmpty || !cleared.contains(column.id) {
                plan.insert.bind(cell: index, of: column.cells, at: parameter)
            } else {
                plan.insert.bindNull(at: parameter)
            }
            parameter += 1
        }
        try plan.insert.run()
        return plan.insert.lastInsertedRowID
    }

    /// Writes one cell.
    func update(
        _ column: ColumnID, at rowID: SQLRowID, to cell: Int, of cells: BorrowedCells
    ) throws {
        let statement = try updateStatement(column)
        statement.bind(cell: cell, of: cells, at: 1)
        statement.bind(rowID, at: 2)
        try statement.run()
    }

    /// What became of an insertion.
    enum Insertion {
        case inserted(SQLRowID)
        /// The table refuses a value; what SQLite says of it.
        case refused(String)
    }

    /// Inserts a row like ``insert(_:_:row:clearing:)``, unless the table refuses a value.
    @inline(__always)
    func insertUnlessRefused(
        _ key: RowKey, _ plan: BatchMerger.RowPlan, row index: Int, clearing cleared: [ColumnID]
    ) throws -> Insertion {
        do {
            return .inserted(try insert(key, plan, row: index, clearing: cleared))
        } catch let error as DatabaseError where error.isRefusedValue {
            return .refused(error.message ?? "")
        }
    }

    /// Writes one cell; false where the table refuses the value.
    @inline(__always)
    func updateUnlessRefused(
        _ column: ColumnID, at rowID: SQLRowID, to cell: Int, of cells: BorrowedCells
    ) throws -> Bool {
        do {
            try update(column, at: rowID, to: cell, of: cells)
            return true
        } catch let error as DatabaseError where error.isRefusedValue {
            return false
        }
    }

    /// The columns that may refuse a value.
    func guardedColumns() throws -> GuardedColumns {
        if let guarded { return guarded }
        let columns = try GuardedColumns(of: table, in: db)
        guarded = columns
        return columns
    }

    /// Writes one value.
    func update(_ column: ColumnID, at rowID: SQLRowID, to value: SQLValue) throws {
        var cells = CellColumn()
        cells.append(value)
        try CellColumn.borrow([cells][...]) { borrowed in
            try update(column, at: rowID, to: 0, of: borrowed[0])
        }
    }

    /// Deletes the row, its clock and its counters, and counts it out of the session's digest.
    func delete(_ row: RowVersion, in session: StoreSession) throws {
        try foreignKeys.begin()
        try toggleDigest(of: row, in: session, adding: false)
        let remove = try prepared(.remove)
        remove.bind(row.rowID, at: 1)
        try remove.run()
        if !row.clock.isPlain { try clocks.remove(at: row.rowID) }
        if !counters.isEmpty {
            try CountLedger(session, table: table.id).remove(row.key)
        }
    }

    /// Stores another clock or created stamp of a row whose values are written already, and updates
    /// the row in the session's digest.
    func replace(
        _ old: RowVersion, with new: RowVersion, in session: StoreSession
    ) throws {
        precondition(old.rowID == new.rowID, "a row keeps its row id")
        let isRecreated = new.createdStamp != old.createdStamp
        try toggleDigest(of: old, in: session, adding: false)
        if isRecreated {
            try runs.add(RunTable.Run(first: new.rowID, count: 1, stamp: new.createdStamp))
        }
        if isRecreated || new.clock != old.clock { try clocks.set(new.clock, at: new.rowID) }
        try toggleDigest(of: new, in: session, adding: true)
    }

    /// Every value of a row, by column id.
    func values(of row: RowVersion) throws -> [(column: ColumnID, value: SQLValue)] {
        try table.columns.map { column in
            (column.id, try value(of: column.id, at: row.rowID))
        }
    }

    /// A row that is known to exist, with the clock that is stored of it.
    func version(
        of key: RowKey, at rowID: SQLRowID, stored clock: PackedClock
    ) throws -> RowVersion {
        let createdStamp = try createdStamp(at: rowID)
        return RowVersion(
            key: key, rowID: rowID, createdStamp: createdStamp,
            clock: filled(clock, createdStamp: createdStamp))
    }

    /// A row that is known to exist, with the clock that is stored of it.
    func version(of key: RowKey, at rowID: SQLRowID) throws -> RowVersion {
        let createdStamp = try createdStamp(at: rowID)
        return RowVersion(
            key: key, rowID: rowID, createdStamp: createdStamp,
            clock: try clock(at: rowID, createdStamp: createdStamp))
    }

    /// The value of one cell.
    func value(of column: ColumnID, at rowID: SQLRowID) throws -> SQLValue {
        guard let statement = try valueStatement(column) else { return .null }
        statement.bind(rowID, at: 1)
        defer { statement.reset() }
        return try statement.step() ? statement.value(0) : .null
    }

    // MARK: - Clocks

    /// The number of the stamp at which the row began.
    func createdStamp(at rowID: SQLRowID) throws -> StampNumber {
        // A row without a run was written while triggers were off: it loses against every write.
        try runs.stamp(at: rowID) ?? StampNumber.zero
    }

    /// What the row's clock has besides its beginning at the stamp with the number `createdStamp`.
    func clock(at rowID: SQLRowID, createdStamp: StampNumber) throws -> PackedClock {
        filled(try clocks.clock(at: rowID), createdStamp: createdStamp)
    }

    /// A stored clock together with what goes without saying: columns that the table lacked when
    /// the row began were written before everything.
    @inline(__always)
    func filled(_ clock: PackedClock, createdStamp: StampNumber) -> PackedClock {
        gaps.isEmpty ? clock : fill(clock, createdStamp)
    }

    private func fill(_ clock: PackedClock, _ createdStamp: StampNumber) -> PackedClock {
        var filled = clock
        for gap in gaps where gap.contains(createdStamp) && clock.stamp(of: gap.column) == nil {
            filled.set(StampNumber.zero, of: gap.column)
        }
        return filled
    }

    /// Stores what is held back of clocks; must be called before the transaction ends.
    func flush() throws {
        try runs.flush()
        try clocks.flush()
    }

    // MARK: - Tombstones

    /// When the row with `key` was deleted.
    func tombstone(of key: RowKey) throws -> (causalLength: UInt32, stamp: StampNumber)? {
        let findTombstone = try prepared(.findTombstone)
        findTombstone.bind(key, at: 1)
        defer { findTombstone.reset() }
        guard try findTombstone.step() else { return nil }
        return (UInt32(clamping: findTombstone.integer(0)), findTombstone.stampNumber(1))
    }

    func addTombstone(_ key: RowKey, causalLength: UInt32, stamp: StampNumber) throws {
        let setTombstone = try prepared(.setTombstone)
        setTombstone.bind(key, at: 1)
        setTombstone.bind(Int64(causalLength), at: 2)
        setTombstone.bind(stamp, at: 3)
        try setTombstone.run()
    }

    func removeTombstone(of key: RowKey) throws {
        let removeTombstone = try prepared(.removeTombstone)
        removeTombstone.bind(key, at: 1)
        try removeTombstone.run()
    }

    /// Whether any row of the table was ever deleted and remembered.
    func hasTombstones() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_tombstones_\(table.id) LIMIT 1", in: db).step()
    }

    /// Whether the table holds no row.
    func isEmpty() throws -> Bool {
        try !PreparedStatement("SELECT 1 FROM \(quoted(table.name)) LIMIT 1", in: db).step()
    }

    // MARK: - Statements

    /// What is asked of every table again and again.
    private enum Query: Int, CaseIterable {
        case find, findRow, remove
        case findTombstone, setTombstone, removeTombstone
    }

    @inline(__always)
    private func prepared(_ query: Query) throws -> PreparedStatement {
        try queries.statement(query, sql)
    }

    private func sql(_ query: Query) -> String {
        let (id, name) = (table.id, quoted(table.name))
        return switch query {
        case .find: "SELECT _rowid_ FROM \(name) WHERE id = ?"
        case .findRow:
            """
            SELECT rows._rowid_, clocks.clock FROM \(name) AS rows LEFT JOIN sync_clocks_\(id)
            AS clocks ON clocks.row_id = rows._rowid_ WHERE rows.id = ?
            """
        case .remove: "DELETE FROM \(name) WHERE _rowid_ = ?"
        case .findTombstone: "SELECT causal_length, stamp FROM sync_tombstones_\(id) WHERE row = ?"
        case .setTombstone:
            """
            INSERT OR REPLACE INTO sync_tombstones_\(id)(row, causal_length, stamp) VALUES(?, ?, ?)
            """
        case .removeTombstone: "DELETE FROM sync_tombstones_\(id) WHERE row = ?"
        }
    }

    /// Inserts a row with these columns.
    ///
    /// - Parameter missing: Columns that the writer's program did not have. One that must not be
    ///   null, and for which SQL declares no default, takes the empty value of its type: every
    ///   replica the same, until somebody writes the column.
    func insertStatement(
        _ columns: [ColumnID], lacking missing: [ColumnID]
    ) throws -> PreparedStatement {
        try foreignKeys.begin()
        var names = ["id"] + columns.compactMap { column($0).map { quoted($0.name) } }
        var values = Array(repeating: "?", count: names.count)
        if !missing.isEmpty {
            let lacking = Set(missing.compactMap { column($0)?.name.lowercased() })
            for column in try SQLFeatures(table: table.name, db: db).columns()
            where column.needsValue && lacking.contains(column.name.lowercased()) {
                names.append(quoted(column.name))
                values.append(Self.emptyValue(ofType: column.type))
            }
        }
        return try PreparedStatement(
            """
            INSERT INTO \(quoted(table.name))(\(names.joined(separator: ", ")))
            VALUES(\(values.joined(separator: ", ")))
            """, in: db)
    }

    /// The empty value of a declared type, by SQLite's rules of affinity.
    private static func emptyValue(ofType type: String) -> String {
        let type = type.uppercased()
        if type.contains("INT") { return "0" }
        if ["CHAR", "CLOB", "TEXT"].contains(where: type.contains) { return "''" }
        if type.isEmpty || type.contains("BLOB") || type == "ANY" { return "x''" }
        return "0"
    }

    private func updateStatement(_ column: ColumnID) throws -> PreparedStatement {
        guard let declared = self.column(column) else { throw StoreError.damaged("column") }
        if let known = updates[Int(column.rawValue)] { return known }
        try foreignKeys.begin()
        let statement = try PreparedStatement(
            """
            UPDATE \(quoted(table.name)) SET \(quoted(declared.name)) = ? WHERE _rowid_ = ?
            """, in: db)
        updates[Int(column.rawValue)] = statement
        return statement
    }

    private func valueStatement(_ column: ColumnID) throws -> PreparedStatement? {
        guard let declared = self.column(column) else { return nil }
        if let known = values[Int(column.rawValue)] { return known }
        let statement = try PreparedStatement(
            "SELECT \(quoted(declared.name)) FROM \(quoted(table.name)) WHERE _rowid_ = ?",
            in: db)
        values[Int(column.rawValue)] = statement
        return statement
    }
}
