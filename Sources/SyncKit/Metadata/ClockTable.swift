import GRDB

/// What the clocks of the rows of one table have besides their beginnings, by row id.
///
/// Clocks are held back and stored many at a time: one statement for each takes longer than the
/// clocks themselves.
final class ClockTable {
    private let id: TableID
    private let queries: PreparedQueries<Query>
    /// Row ids and forms of ``PackedClock`` that are not stored yet, in the order in which they
    /// came; the bytes of all lie in ``heldBytes``.
    private var held: [(rowID: SQLRowID, bytes: Range<Int>)] = []
    private var heldBytes = ByteWriter()

    init(_ table: TableID, in db: Database) {
        id = table
        queries = PreparedQueries(in: db)
        held.reserveCapacity(Self.mostHeld)
    }

    /// The stored clock of the row at `rowID`; plain where there is none.
    func clock(at rowID: SQLRowID) throws -> PackedClock {
        if isHeld(rowID) { try flush() }
        let find = try prepared(.find)
        find.bind(rowID, at: 1)
        defer { find.reset() }
        return try find.step() ? try PackedClock(find.borrowed(0)) : PackedClock()
    }

    /// Stores `clock`.
    func set(_ clock: PackedClock, at rowID: SQLRowID) throws {
        if clock.isPlain { return try remove(at: rowID) }
        try hold(at: rowID) { clock.write(to: &$0) }
    }

    /// Stores the clock that `write` writes, in the form of ``PackedClock``; nothing where it is
    /// plain. The row has none yet.
    @inline(__always)
    func append(
        at rowID: SQLRowID, _ write: (inout ByteWriter) throws -> Void
    ) throws {
        try hold(at: rowID, write)
    }

    /// Removes the clock of a row, if there is one.
    func remove(at rowID: SQLRowID) throws {
        if isHeld(rowID) { try flush() }
        let remove = try prepared(.remove)
        remove.bind(rowID, at: 1)
        try remove.run()
    }

    /// Stores what is held back; must be called before the transaction ends, and before the table
    /// of clocks is read past this object.
    func flush() throws {
        guard !held.isEmpty else { return }
        defer {
            held.removeAll(keepingCapacity: true)
            heldBytes.removeAll()
        }
        var rest = held[...]
        try heldBytes.bytes.withUnsafeBytes { bytes in
            if held.count == Self.mostHeld { return try store(&rest, bytes, prepared(.setMany)) }
            while !rest.isEmpty { try store(&rest, bytes, prepared(.set), count: 1) }
        }
    }

    /// Whether the clock of the row at `rowID` is held back.
    @inline(__always)
    func isHeld(_ rowID: SQLRowID) -> Bool {
        for clock in held where clock.rowID == rowID { return true }
        return false
    }

    private func hold(
        at rowID: SQLRowID, _ write: (inout ByteWriter) throws -> Void
    ) throws {
        let start = heldBytes.count
        try write(&heldBytes)
        guard heldBytes.count > start else { return }
        held.append((rowID, start..<heldBytes.count))
        if held.count == Self.mostHeld { try flush() }
    }

    private func store(
        _ clocks: inout ArraySlice<(rowID: SQLRowID, bytes: Range<Int>)>,
        _ bytes: UnsafeRawBufferPointer, _ statement: PreparedStatement, count: Int = mostHeld
    ) throws {
        var parameter: Int32 = 1
        for clock in clocks.prefix(count) {
            statement.bind(clock.rowID, at: parameter)
            statement.bind(
                lent: UnsafeRawBufferPointer(rebasing: bytes[clock.bytes]), at: parameter + 1)
            parameter += 2
        }
        try statement.run()
        clocks.removeFirst(count)
    }

    // MARK: - Statements

    /// How many clocks are stored by one statement.
    private static let mostHeld = 32

    private enum Query: Int, CaseIterable {
        case find, set, setMany, remove
    }

    @inline(__always)
    private func prepared(_ query: Query) throws -> PreparedStatement {
        try queries.statement(query, sql)
    }

    private func sql(_ query: Query) -> String {
        switch query {
        case .find: "SELECT clock FROM sync_clocks_\(id) WHERE row_id = ?"
        case .set: insertion(of: 1)
        case .setMany: insertion(of: Self.mostHeld)
        case .remove: "DELETE FROM sync_clocks_\(id) WHERE row_id = ?"
        }
    }

    private func insertion(of count: Int) -> String {
        let values = Array(repeating: "(?, ?)", count: count).joined(separator: ", ")
        return "INSERT OR REPLACE INTO sync_clocks_\(id)(row_id, clock) VALUES\(values)"
    }
}
