import GRDB

/// Stamps by their small local numbers, inside one transaction.
///
/// Numbers only rise. Some looked-up stamps are remembered for the length of the transaction.
final class StampTable {
    /// A stored stamp.
    struct Entry {
        let stamp: Stamp
        /// See ``ChangeBatch/DatedStamp/causalCursor``.
        let causalCursor: ServerSequence
        /// The sequence under which others know it; nil while it is unsent.
        let sequence: ServerSequence?
    }

    private let db: Database
    /// The entries looked up last, each at its number's place: no hashing, bounded memory.
    /// Most transactions meet few stamps: room for more is made when they come.
    private var entries = [(number: StampNumber, entry: Entry)?](repeating: nil, count: fewestSlots)
    private static let fewestSlots = 1 << 5
    private static let mostSlots = 1 << 11
    private var handleByNumber: [Int64: UInt64] = [:]
    private var numberByHandle: [UInt64: Int64] = [:]
    private let find: PreparedStatement
    private let insert: PreparedStatement

    init(_ db: Database) throws {
        self.db = db
        find = try PreparedStatement(
            "SELECT time, replica, causal_cursor, sequence FROM sync_stamps WHERE number = ?",
            in: db)
        insert = try PreparedStatement(
            """
            INSERT INTO sync_stamps(time, replica, causal_cursor, sequence, ops)
            VALUES(?, ?, ?, ?, ?)
            """, in: db)
        let replicas = try PreparedStatement("SELECT number, handle FROM sync_replicas", in: db)
        while try replicas.step() {
            note(handle: UInt64(bitPattern: replicas.integer(1)), number: replicas.integer(0))
        }
    }

    /// The stamp with a number.
    func entry(_ number: StampNumber) throws -> Entry {
        let slot = slot(number)
        if let known = entries[slot], known.number == number { return known.entry }
        if number == .zero {
            return Entry(stamp: .zero, causalCursor: .none, sequence: ServerSequence.none)
        }
        find.bind(number, at: 1)
        defer { find.reset() }
        guard try find.step(), let handle = handleByNumber[find.integer(1)] else {
            throw StoreError.damaged("sync_stamps")
        }
        let entry = Entry(
            stamp: Stamp(
                time: HybridTimestamp(rawValue: UInt64(clamping: find.integer(0))),
                replica: handle),
            causalCursor: find.sequence(2), sequence: find.isNull(3) ? nil : find.sequence(3))
        remember(entry, number)
        return entry
    }

    /// The stamp with a number, without the rest.
    func stamp(_ number: StampNumber) throws -> Stamp {
        try entry(number).stamp
    }

    /// Whether a stamp of this moment is stored under a number below `number`, as where it was
    /// known earlier; whichever replica made it.
    ///
    /// Looks at the stored stamps one by one: for what happens rarely.
    func contains(_ time: HybridTimestamp, before number: StampNumber) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_stamps WHERE number < ? AND time = ? LIMIT 1", in: db)
        found.bind(number, at: 1)
        found.bind(Int64(clamping: time.rawValue), at: 2)
        return try found.step()
    }

    /// Adds a stamp and returns its number; `operations` are those of an own transaction.
    @discardableResult
    func append(
        _ stamp: Stamp, causalCursor: ServerSequence, sequence: ServerSequence?,
        operations: [UInt8]? = nil
    ) throws -> StampNumber {
        insert.bind(Int64(clamping: stamp.time.rawValue), at: 1)
        insert.bind(try number(of: stamp.replica), at: 2)
        insert.bind(causalCursor, at: 3)
        if let sequence { insert.bind(sequence, at: 4) } else { insert.bindNull(at: 4) }
        if let operations { insert.bind(blob: operations, at: 5) } else { insert.bindNull(at: 5) }
        try insert.run()
        let number = StampNumber(insert.lastInsertedRowID.rawValue)
        remember(Entry(stamp: stamp, causalCursor: causalCursor, sequence: sequence), number)
        return number
    }

    /// Others know the stamp with a number under this sequence from now on.
    func setSequence(_ sequence: ServerSequence, of number: StampNumber) throws {
        try setSequence(sequence, where: "number = ?2", number)
    }

    /// Others know the deletions of a table under this sequence from now on, of those up to the
    /// stamp `last` that were known before the server lost its data.
    func setSequence(
        _ sequence: ServerSequence, ofLostDeletionsIn table: TableID, through last: StampNumber
    ) throws {
        try setSequence(
            sequence,
            where: """
                number <= ?2 AND sequence = 0
                AND number IN (SELECT stamp FROM sync_tombstones_\(table))
                """, last)
    }

    /// - Parameter condition: Selects the stamps; `?2` stands for `number`.
    private func setSequence(
        _ sequence: ServerSequence, where condition: String, _ number: StampNumber
    ) throws {
        try PreparedStatement("UPDATE sync_stamps SET sequence = ?1 WHERE \(condition)", in: db)
            .run(.sequence(sequence), .stamp(number))
        entries = Array(repeating: nil, count: Self.fewestSlots)
    }

    @inline(__always)
    private func slot(_ number: StampNumber) -> Int {
        Int(truncatingIfNeeded: number.rawValue) & (entries.count - 1)
    }

    @inline(__always)
    private func remember(_ entry: Entry, _ number: StampNumber) {
        while entries.count < Self.mostSlots, let taken = entries[slot(number)],
            taken.number != number
        {
            makeRoom()
        }
        entries[slot(number)] = (number, entry)
    }

    private func makeRoom() {
        let known = entries
        entries = Array(repeating: nil, count: 4 * known.count)
        for case let taken? in known { entries[slot(taken.number)] = taken }
    }

    /// The small number that stands for a replica in this database.
    func number(of handle: UInt64) throws -> Int64 {
        if let known = numberByHandle[handle] { return known }
        try PreparedStatement("INSERT INTO sync_replicas(handle) VALUES(?)", in: db)
            .run(.integer(Int64(bitPattern: handle)))
        let number = db.lastInsertedRowID
        note(handle: handle, number: number)
        return number
    }

    private func note(handle: UInt64, number: Int64) {
        handleByNumber[number] = handle
        numberByHandle[handle] = number
    }
}
