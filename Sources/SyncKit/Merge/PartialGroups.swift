import GRDB

/// Received segments whose group is not complete: nothing of a group counts before all of it is
/// there, so that a transaction is never seen by halves.
struct PartialGroups {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Keeps a segment that another follows.
    func keep(_ segment: SealedSegment) throws {
        try PreparedStatement(
            "INSERT OR REPLACE INTO sync_partial(replica, number, bytes) VALUES(?, ?, ?)", in: db
        ).run(
            .blob(segment.header.replica.bytes), .integer(Int64(clamping: segment.header.number)),
            .blob(segment.bytes))
    }

    /// Removes and returns the segments of the group that `last` closes, in order.
    func take(before last: SealedSegment) throws -> [SealedSegment] {
        var group: [SealedSegment] = []
        let replica = SQLValue.blob(last.header.replica.bytes)
        var number = Int64(clamping: last.header.number) - 1
        while true {
            let found = try PreparedStatement(
                "SELECT bytes FROM sync_partial WHERE replica = ? AND number = ?", in: db)
            try found.bind([replica, .integer(number)])
            guard try found.step() else { break }
            group.append(try SealedSegment(bytes: found.bytes(0)))
            found.reset()
            try PreparedStatement(
                "DELETE FROM sync_partial WHERE replica = ? AND number = ?", in: db
            ).run(replica, .integer(number))
            number -= 1
        }
        return group.reversed()
    }

    /// Whether some group is not complete.
    func exist() throws -> Bool {
        try PreparedStatement("SELECT 1 FROM sync_partial LIMIT 1", in: db).step()
    }
}
