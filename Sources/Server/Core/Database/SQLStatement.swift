/// One statement and the values of its parameters `?1`, `?2` and so on.
struct SQLStatement {
    let sql: String
    let arguments: [SQLValue]

    init(_ sql: String, _ arguments: [any SQLConvertible] = []) {
        self.sql = sql
        self.arguments = arguments.map(\.sqlValue)
    }

    /// The same with values as they are stored.
    init(_ sql: String, values: [SQLValue]) {
        (self.sql, arguments) = (sql, values)
    }
}

extension SQLStatement {
    /// Values by the columns that they are for.
    typealias Columns = KeyValuePairs<String, any SQLConvertible>

    /// What an insertion does where a row with the same key is there already.
    enum Conflict {
        case fails
        /// Leaves that row as it is; the key's columns.
        case keeps(by: [String])
        /// Gives that row the other columns' values; the key's columns.
        case updates(by: [String])
    }

    /// Inserts one row.
    static func insert(
        into table: String, _ row: Columns, onConflict conflict: Conflict = .fails
    ) -> SQLStatement {
        let names = row.map(\.key)
        let parameters = names.indices.map { "?\($0 + 1)" }
        var sql =
            "INSERT INTO \(table) (\(names.joined(separator: ", "))) "
            + "VALUES (\(parameters.joined(separator: ", ")))"
        switch conflict {
        case .fails: break
        case .keeps(let key): sql += " ON CONFLICT (\(key.joined(separator: ", "))) DO NOTHING"
        case .updates(let key):
            let changes = names.filter { !key.contains($0) }.map { "\($0) = excluded.\($0)" }
            sql +=
                " ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET "
                + changes.joined(separator: ", ")
        }
        return SQLStatement(sql, row.map(\.value))
    }

    /// Changes the row of a key, whose own columns stay.
    static func update(_ table: String, _ row: Columns, where key: Columns) -> SQLStatement {
        let names = key.map(\.key)
        let changed = row.filter { !names.contains($0.key) }
        let changes = changed.enumerated().map { "\($1.key) = ?\($0 + 1)" }
        let conditions = names.enumerated().map { "\($1) = ?\(changed.count + $0 + 1)" }
        return SQLStatement(
            "UPDATE \(table) SET \(changes.joined(separator: ", ")) "
                + "WHERE \(conditions.joined(separator: " AND "))",
            changed.map(\.value) + key.map(\.value))
    }
}
