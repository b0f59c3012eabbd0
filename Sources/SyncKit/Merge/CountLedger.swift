import GRDB

/// What each source has added to the counters of one table; see ``CounterSource``.
///
/// A counter's column holds the sum of all totals.
struct CountLedger {
    /// What one source has added to one counter.
    struct Entry {
        var column: ColumnID
        var source: UInt64
        /// Rises with each addition of the source.
        var number: Int64
        /// The local number of the stamp at which the source last added.
        var stamp: StampNumber
        var total: Int64

        /// Whether `other`, of the same source, is a part of this one, and not the same.
        func contains(_ other: Entry) -> Bool {
            (number, total) > (other.number, other.total)
        }
    }

    private let session: StoreSession
    private let table: TableID

    init(_ session: StoreSession, table: TableID) {
        self.session = session
        self.table = table
    }

    /// What a source has added to a counter, as far as is known.
    func entry(of key: RowKey, _ column: ColumnID, source: UInt64) throws -> Entry? {
        let found = try PreparedStatement(
            """
            SELECT col, source, number, stamp, total FROM sync_counts
            WHERE tbl = ? AND row = ? AND col = ? AND source = ?
            """, in: session.db)
        found.bind(table, at: 1)
        found.bind(key, at: 2)
        found.bind(column, at: 3)
        found.bind(Int64(bitPattern: source), at: 4)
        return try found.step() ? Self.entry(found) : nil
    }

    /// What was added to the counters of one row, by column, then by source.
    func entries(of key: RowKey) throws -> [Entry] {
        let found = try PreparedStatement(
            """
            SELECT col, source, number, stamp, total FROM sync_counts WHERE tbl = ? AND row = ?
            """, in: session.db)
        found.bind(table, at: 1)
        found.bind(key, at: 2)
        var entries: [Entry] = []
        while try found.step() { entries.append(Self.entry(found)) }
        return entries
    }

    /// Notes an entry in place of `known`, that of the same source.
    func set(_ entry: Entry, replacing known: Entry?, of key: RowKey) throws {
        if let known { session.digest.toggle(known, of: key, in: table, adding: false) }
        session.digest.toggle(entry, of: key, in: table, adding: true)
        let set = try PreparedStatement(
            """
            INSERT OR REPLACE INTO sync_counts(tbl, row, col, source, number, stamp, total)
            VALUES(?, ?, ?, ?, ?, ?, ?)
            """, in: session.db)
        set.bind(table, at: 1)
        set.bind(key, at: 2)
        set.bind(entry.column, at: 3)
        set.bind(Int64(bitPattern: entry.source), at: 4)
        set.bind(entry.number, at: 5)
        set.bind(entry.stamp, at: 6)
        set.bind(entry.total, at: 7)
        try set.run()
    }

    /// Notes what a source has added at the stamp with a number.
    func add(
        _ difference: Int64, to column: ColumnID, of key: RowKey, source: UInt64, stamp: StampNumber
    ) throws {
        let known = try entry(of: key, column, source: source)
        // Wraps around like the columns of every replica: equal everywhere, and no crash.
        let entry = Entry(
            column: column, source: source,
            number: source == CounterSource.before ? CounterSource.numberBefore : stamp.rawValue,
            stamp: stamp, total: (known?.total ?? 0) &+ difference)
        try set(entry, replacing: known, of: key)
    }

    /// Forgets what was added to a row that is deleted.
    func remove(_ key: RowKey) throws {
        try toggleDigest(of: key, adding: false)
        let remove = try PreparedStatement(
            "DELETE FROM sync_counts WHERE tbl = ? AND row = ?", in: session.db)
        remove.bind(table, at: 1)
        remove.bind(key, at: 2)
        try remove.run()
    }

    /// Counts what was added to a row into the session's digest.
    func countDigest(of key: RowKey) throws {
        try toggleDigest(of: key, adding: true)
    }

    /// What a counter holds beyond what is known to have been added, and whether anything is.
    func surplus(_ value: Int64, of key: RowKey, _ column: ColumnID) throws -> (
        Int64, isKnown: Bool
    ) {
        let totals = try entries(of: key).filter { $0.column == column }.map(\.total)
        return (totals.reduce(value, &-), !totals.isEmpty)
    }

    private func toggleDigest(of key: RowKey, adding: Bool) throws {
        for entry in try entries(of: key) {
            session.digest.toggle(entry, of: key, in: table, adding: adding)
        }
    }

    private static func entry(_ found: PreparedStatement) -> Entry {
        Entry(
            column: found.columnID(0),
            source: UInt64(bitPattern: found.integer(1)), number: found.integer(2),
            stamp: found.stampNumber(3), total: found.integer(4))
    }
}

/// Who adds to counters: one program from when it opened the store until it closed it.
///
/// A database may be copied at any moment, and both copies stay in use. What was added before is
/// then in both, and must count once. So additions are kept by their source, 64 random bits that no
/// copy of the file can use: only the program that drew them adds to them, and it is not copied
/// with its file. Of two totals for one source one always includes the other.
enum CounterSource {
    /// What the rows held before anybody counted: where copies were made before the store was
    /// first opened, it is in all of them.
    static let before: UInt64 = 0

    /// The number of what ``before`` stands for, which is never added to.
    static let numberBefore: Int64 = 1

    /// A new one.
    static func draw(_ randomBytes: (Int) -> [UInt8]) -> UInt64 {
        randomBytes(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
