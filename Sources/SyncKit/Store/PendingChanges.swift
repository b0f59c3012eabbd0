import GRDB

/// Own transactions that the server has not acknowledged.
struct PendingChanges {
    private let db: Database

    init(_ db: Database) {
        self.db = db
    }

    /// Whether there are any.
    func exist() throws -> Bool {
        let found = try PreparedStatement(
            "SELECT 1 FROM sync_stamps WHERE number > ? AND ops IS NOT NULL LIMIT 1", in: db)
        found.bind(try StoreState(db: db).acknowledged, at: 1)
        return try found.step()
    }
}
