import GRDB

/// The rows of one synced table, read and written by column id.
struct RowTable {
    let db: Database
    let table: SyncedTable

    /// The synced values of a row by column id, or nil where there is no such row.
    func values(of row: RowKey) throws -> [Int: SQLValue]? {
        let names = table.columns.map { quoted($0.name) } + ["1"]
        let statement = try PreparedStatement(
            "SELECT \(names.joined(separator: ", ")) FROM \(quoted(table.name)) WHERE id = ?",
            in: db)
        try statement.bind([.blob(row.bytes)])
        guard try statement.step() else { return nil }
        var values: [Int: SQLValue] = [:]
        for (index, column) in table.columns.enumerated() {
            values[column.id] = statement.value(Int32(index))
        }
        return values
    }

    /// Makes the row with `values`, or gives an existing one these values; columns that `values`
    /// does not name get their default, or keep what they have.
    func insert(_ row: RowKey, values: [Int: SQLValue]) throws {
        let columns = table.columns.filter { values[$0.id] != nil }
        let names = ["id"] + columns.map { quoted($0.name) }
        let updates = columns.map { "\(quoted($0.name)) = excluded.\(quoted($0.name))" }
        let sql = """
            INSERT INTO \(quoted(table.name))(\(names.joined(separator: ", ")))
            VALUES(\(names.map { _ in "?" }.joined(separator: ", ")))
            ON CONFLICT(id) DO \(updates.isEmpty ? "NOTHING" : "UPDATE SET ")
            \(updates.joined(separator: ", "))
            """
        try PreparedStatement(sql, in: db)
            .run([.blob(row.bytes)] + columns.map { values[$0.id] ?? .null })
    }

    /// Writes one column of a row.
    func update(_ row: RowKey, column: SyncedColumn, to value: SQLValue) throws {
        try PreparedStatement(
            "UPDATE \(quoted(table.name)) SET \(quoted(column.name)) = ? WHERE id = ?", in: db
        ).run(value, .blob(row.bytes))
    }

    /// Deletes a row.
    func delete(_ row: RowKey) throws {
        try PreparedStatement("DELETE FROM \(quoted(table.name)) WHERE id = ?", in: db)
            .run(.blob(row.bytes))
    }
}
