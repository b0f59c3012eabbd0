import GRDB

/// Received values that this program's tables refuse, by NOT NULL or CHECK: another version of the
/// program wrote them.
///
/// They wait until the schema changes, or a later write takes their place. The rest of what came
/// with them is merged.
public struct RefusedChange: Hashable, Sendable {
    /// The table's name.
    public let table: String
    /// The row; it is not there where all its columns are refused with it.
    public let key: RowKey
    /// The names of the columns whose values wait.
    public let columns: [String]
}

extension SyncStore {
    /// Values that this program's tables refuse, and that wait for another schema.
    ///
    /// - Parameter limit: The most to return.
    public func refusedChanges(limit: Int = 1000) throws -> [RefusedChange] {
        try read { db in
            let found = try PreparedStatement(
                "SELECT batch FROM sync_dependencies WHERE refused <> 0 LIMIT ?", in: db)
            try found.bind([.integer(Int64(limit))])
            var refused: [RefusedChange] = []
            while try found.step() {
                let batch = try ChangeBatch(decoding: found.bytes(0))
                for changes in batch.tables {
                    guard let table = schema.table(id: changes.table) else { continue }
                    let columns = changes.rows.columns.map(\.id) + changes.updates.columns.map(\.id)
                    let keys = changes.rows.count > 0 ? changes.rows.keys : changes.updates.keys
                    guard keys.count > 0 else { continue }
                    refused.append(
                        RefusedChange(
                            table: table.name, key: keys[0],
                            columns: columns.compactMap { id in
                                table.columns.first { $0.id == id }?.name
                            }))
                }
            }
            return refused
        }
    }

    /// How many such values, or rows of them, wait.
    public func refusedChangeCount() throws -> Int {
        try pool.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM sync_dependencies WHERE refused <> 0") ?? 0
        }
    }

    /// Tries refused values again, the longest known ones first: a later write may have taken their
    /// place.
    func retryRefused() throws {
        guard try refusedChangeCount() > 0 else { return }
        let tables = try engineWrite { session in
            try ChangeLogCompactor(session: session).compact()
            return try PendingDependencies(session).retryRefused(wall: correctedWall(session.db))
        }
        try notify(of: tables)
    }
}
