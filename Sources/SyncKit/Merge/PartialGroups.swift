import GRDB

/// Received segments whose group is not complete: nothing of a group counts before all of it is
/// there, so that a transaction is never seen by halves.
struct PartialGroups {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Keeps a segment that another follows.
    func keep(_ segment: SealedSegment, at sequence: ServerSequence) throws {
        try PreparedStatement(
            """
            INSERT OR REPLACE INTO sync_partial(replica, number, bytes, sequence)
            VALUES(?, ?, ?, ?)
            """, in: db
        ).run(
            .blob(segment.header.replica.bytes), .integer(Int64(clamping: segment.header.number)),
            .blob(segment.bytes), .sequence(sequence))
    }

    /// The first segment of the group that `number` belongs to, where it is not complete.
    func open(at number: Int64, of replica: ReplicaID) throws -> SealedSegment? {
        guard number < .max else { return nil }
        let first = try first(before: number + 1, of: replica.bytes)
        guard first <= number else { return nil }
        let found = try PreparedStatement(
            "SELECT bytes FROM sync_partial WHERE replica = ? AND number = ?", in: db)
        try found.bind([.blob(replica.bytes), .integer(first)])
        guard try found.step() else { return nil }
        return try SealedSegment(bytes: found.bytes(0))
    }

    /// Whether some group began after `sequence` and is not complete: it may yet be.
    func exist(after sequence: ServerSequence) throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_partial WHERE sequence > ? LIMIT 1", in: db)
        found.bind(sequence, at: 1)
        return try found.step()
    }

    /// Forgets what a snapshot holds, whose chains end at `heads`.
    func forget(through heads: [ReplicaID: ChainHeads.Head]) throws {
        guard try exist() else { return }
        for (replica, head) in heads {
            try PreparedStatement(
                "DELETE FROM sync_partial WHERE replica = ? AND number <= ?", in: db
            ).run(.blob(replica.bytes), .integer(head.number))
        }
    }

    /// The kept segments of the group that `last` closes.
    func group(before last: SealedSegment) throws -> Group {
        let end = Int64(clamping: last.header.number)
        let replica = last.header.replica
        return Group(replica: replica, numbers: try first(before: end, of: replica.bytes)..<end)
    }

    /// Kept segments that lie side by side.
    struct Group {
        let replica: ReplicaID
        let numbers: Range<Int64>
    }

    /// Hands the segments of `group` to `body`, in order and one at a time: a group may be as large
    /// as a library.
    func forEach(in group: Group, _ body: (SealedSegment) throws -> Void) throws {
        let found = try PreparedStatement(
            "SELECT bytes FROM sync_partial WHERE replica = ? AND number = ?", in: db)
        for number in group.numbers {
            try found.bind([.blob(group.replica.bytes), .integer(number)])
            guard try found.step() else { throw StoreError.damaged("sync_partial") }
            let segment = try SealedSegment(bytes: found.bytes(0))
            found.reset()
            try body(segment)
        }
    }

    /// Forgets the segments of a group that was merged.
    ///
    /// Not within a savepoint: SQLite would remember for it what each of their pages held.
    func forget(_ group: Group) throws {
        guard !group.numbers.isEmpty else { return }
        try PreparedStatement(
            "DELETE FROM sync_partial WHERE replica = ? AND number >= ? AND number < ?", in: db
        ).run(
            .blob(group.replica.bytes), .integer(group.numbers.lowerBound),
            .integer(group.numbers.upperBound))
    }

    /// Where the segments begin that lie side by side up to `end`.
    private func first(before end: Int64, of replica: [UInt8]) throws -> Int64 {
        let isKept = try PreparedStatement(
            "SELECT 1 FROM sync_partial WHERE replica = ? AND number = ?", in: db)
        var first = end
        repeat {
            first -= 1
            try isKept.bind([.blob(replica), .integer(first)])
        } while try isKept.step()
        return first + 1
    }

    /// Whether some group is not complete.
    func exist() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_partial LIMIT 1", in: db).step()
    }
}
