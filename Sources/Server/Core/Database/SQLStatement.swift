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

    /// Text that stands for itself in a pattern of `LIKE … ESCAPE '!'`.
    static func literalInLike(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            if "!%_".contains(character) { escaped.append("!") }
            escaped.append(character)
        }
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
        var sql =
            "INSERT INTO \(table) (\(list(names))) VALUES (\(list(parameters(1, names.count))))"
        switch conflict {
        case .fails: break
        case .keeps(let key): sql += " ON CONFLICT (\(list(key))) DO NOTHING"
        case .updates(let key):
            let changed = names.filter { !key.contains($0) }
            sql += " ON CONFLICT (\(list(key))) DO UPDATE SET "
            sql += list(zip(changed, changed.map { "excluded." + $0 }))
        }
        return SQLStatement(sql, row.map(\.value))
    }

    /// Changes the row of a key, whose own columns stay.
    static func update(_ table: String, _ row: Columns, where key: Columns) -> SQLStatement {
        let names = key.map(\.key)
        let changed = row.filter { !names.contains($0.key) }
        let changes = zip(changed.map(\.key), parameters(1, changed.count))
        let conditions = zip(names, parameters(changed.count + 1, names.count))
        return SQLStatement(
            "UPDATE \(table) SET \(list(changes)) WHERE \(list(conditions, " AND "))",
            changed.map(\.value) + key.map(\.value))
    }

    /// Made once: a settle makes ten statements of these.
    private static let allParameters = (0...Limits.statementParameters).map { "?\($0)" }

    private static func parameters(_ first: Int, _ count: Int) -> ArraySlice<String> {
        allParameters[first..<first + count]
    }

    private static func list(_ items: some Sequence<String>) -> String {
        items.joined(separator: ", ")
    }

    private static func list(
        _ pairs: some Sequence<(String, String)>, _ separator: String = ", "
    ) -> String {
        var text = ""
        for (left, right) in pairs {
            if !text.isEmpty { text += separator }
            text += left
            text += " = "
            text += right
        }
        return text
    }
}
