import GRDB

/// Segments of other replicas that never came although later ones of the same replica did.
struct MissingRanges {
    private let db: Database
    /// Looked at for every segment: nearly always nothing is missing.
    private var exist: Bool

    init(_ db: Database) throws {
        self.db = db
        exist = try PreparedStatement("SELECT 1 FROM sync_missing LIMIT 1", in: db).step()
    }

    /// Notes that segments are missing; whether that is new.
    mutating func add(_ numbers: ClosedRange<Int64>, of replica: ReplicaID) throws -> Bool {
        let known = try PreparedStatement(
            """
            SELECT 1 FROM sync_missing WHERE replica = ? AND first <= ? AND last >= ? LIMIT 1
            """, in: db)
        try known.bind([
            .blob(replica.bytes), .integer(numbers.lowerBound), .integer(numbers.upperBound),
        ])
        if try known.step() { return false }
        known.reset()
        // A hostile server could leave out every second one.
        if try all().count >= Limits.missingRanges { return false }
        exist = true
        try insert(numbers, of: replica)
        return true
    }

    /// Whether a segment is missing.
    func contains(_ number: Int64, of replica: ReplicaID) throws -> Bool {
        guard exist else { return false }
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_missing WHERE replica = ? AND first <= ? AND last >= ?", in: db)
        try found.bind([.blob(replica.bytes), .integer(number), .integer(number)])
        return try found.step()
    }

    /// Notes that a segment has come.
    mutating func remove(_ number: Int64, of replica: ReplicaID) throws {
        guard exist else { return }
        let found = try PreparedStatement(
            "SELECT first, last FROM sync_missing WHERE replica = ? AND first <= ? AND last >= ?",
            in: db)
        try found.bind([.blob(replica.bytes), .integer(number), .integer(number)])
        guard try found.step() else { return }
        let (first, last) = (found.integer(0), found.integer(1))
        found.reset()
        try PreparedStatement(
            "DELETE FROM sync_missing WHERE replica = ? AND first = ?", in: db
        ).run(.blob(replica.bytes), .integer(first))
        if first < number { try insert(first...(number - 1), of: replica) }
        if number < last { try insert((number + 1)...last, of: replica) }
    }

    /// All of them, by replica and number.
    func all() throws -> [MissingSegments] {
        let found = try PreparedStatement(
            "SELECT replica, first, last FROM sync_missing ORDER BY replica, first", in: db)
        var all: [MissingSegments] = []
        while try found.step() {
            guard let replica = ReplicaID(found.bytes(0)), found.integer(1) <= found.integer(2)
            else { throw StoreError.damaged("sync_missing") }
            all.append(
                MissingSegments(replica: replica, numbers: found.integer(1)...found.integer(2)))
        }
        return all
    }

    private func insert(_ numbers: ClosedRange<Int64>, of replica: ReplicaID) throws {
        try PreparedStatement(
            "INSERT OR REPLACE INTO sync_missing(replica, first, last) VALUES(?, ?, ?)", in: db
        ).run(
            .blob(replica.bytes), .integer(numbers.lowerBound), .integer(numbers.upperBound))
    }
}
