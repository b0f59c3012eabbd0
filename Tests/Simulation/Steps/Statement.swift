import SyncKit

/// One change to a row, as SQL and as what it does to ``Rows``.
struct Statement: Hashable, Sendable {
    enum Kind: Hashable, Sendable, CaseIterable {
        /// INSERT OR REPLACE.
        case put
        /// INSERT OR IGNORE.
        case add
        /// INSERT, or UPDATE of one column where the row exists.
        case upsert
        /// UPDATE of one column of one row.
        case set
        /// UPDATE of one column of every row.
        case setAll
        /// DELETE of one row.
        case delete
        /// DELETE of every row with a lower key.
        case deleteBelow
    }

    let kind: Kind
    let table: Int
    let key: Int
    /// The column that ``Kind/set`` and its like write; never `born`.
    let column: Int
    /// What is written, made from this number; every statement of a run has its own.
    let value: Int
    /// Whether NULL is written instead.
    let writesNull: Bool

    /// SQL with parameters, and what to put there.
    struct Query {
        let sql: String
        let values: [SQLValue]
    }

    /// The SQL, or nil where the schema's version does not know the table or column.
    func query(_ version: Int) -> Query? {
        guard let table = Studio.table(table, version) else { return nil }
        let columns = table.columns(version)
        let id = Studio.id(key)
        let row = [id] + columns.map { value(of: $0, version) }
        switch kind {
        case .put:
            return Query(sql: insertion("INSERT OR REPLACE", table, columns, version), values: row)
        case .add:
            return Query(sql: insertion("INSERT OR IGNORE", table, columns, version), values: row)
        case .delete: return Query(sql: "DELETE FROM \(table.name) WHERE id = ?", values: [id])
        case .deleteBelow: return Query(sql: "DELETE FROM \(table.name) WHERE id < ?", values: [id])
        case .upsert, .set, .setAll:
            guard let written = columns.first(where: { $0.id == column }) else { return nil }
            let name = written.name(version)
            let new = value(of: written, version)
            let update = "UPDATE \(table.name) SET \(name) = ?"
            switch kind {
            case .set: return Query(sql: update + " WHERE id = ?", values: [new, id])
            case .setAll: return Query(sql: update, values: [new])
            default:
                let sql =
                    insertion("INSERT", table, columns, version)
                    + " ON CONFLICT(id) DO UPDATE SET \(name) = ?"
                return Query(sql: sql, values: row + [new])
            }
        }
    }

    private func insertion(
        _ verb: String, _ table: Studio.Table, _ columns: [Studio.Column], _ version: Int
    ) -> String {
        let names = (["id"] + columns.map { $0.name(version) }).joined(separator: ", ")
        let places = Array(repeating: "?", count: columns.count + 1).joined(separator: ", ")
        return "\(verb) INTO \(table.name)(\(names)) VALUES(\(places))"
    }

    /// Does to `rows` what the SQL does, and notes the effects.
    func apply(to rows: inout Rows, effects: inout Effects) {
        guard query(rows.version) != nil, let table = Studio.table(table, rows.version) else {
            return
        }
        let columns = table.columns(rows.version)
        let name = RowName(table: table.id, key: key)
        switch kind {
        case .put: insert(name, columns, &rows, &effects)
        case .add where rows[name] == nil, .upsert where rows[name] == nil:
            insert(name, columns, &rows, &effects)
        case .add: break
        case .upsert, .set: write(name, columns, &rows, &effects)
        case .setAll:
            for key in 0..<Studio.keys {
                write(RowName(table: table.id, key: key), columns, &rows, &effects)
            }
        case .delete: delete(name, &rows, &effects)
        case .deleteBelow:
            for key in 0..<key { delete(RowName(table: table.id, key: key), &rows, &effects) }
        }
    }

    private func insert(
        _ name: RowName, _ columns: [Studio.Column], _ rows: inout Rows, _ effects: inout Effects
    ) {
        let values = Dictionary(
            uniqueKeysWithValues: columns.map { ($0.id, value(of: $0, rows.version)) })
        effects[name].insert(values, over: rows[name])
        rows[name] = values
    }

    private func write(
        _ name: RowName, _ columns: [Studio.Column], _ rows: inout Rows, _ effects: inout Effects
    ) {
        guard
            var values = rows[name], let written = columns.first(where: { $0.id == column })
        else { return }
        let new = value(of: written, rows.version)
        // Writing the same value again is no change.
        guard values[column] != new else { return }
        effects[name].write(new, to: column, over: values)
        values[column] = new
        rows[name] = values
    }

    private func delete(_ name: RowName, _ rows: inout Rows, _ effects: inout Effects) {
        guard let values = rows[name] else { return }
        effects[name].delete(values)
        rows[name] = nil
    }

    private func value(of column: Studio.Column, _ version: Int) -> SQLValue {
        if writesNull, column.id != Studio.bornColumn { return .null }
        return switch column.type {
        case "INTEGER": .integer(Studio.width(value, version))
        case "REAL": .real(Double(value) + 0.5)
        case "BLOB": .blob([0, UInt8(truncatingIfNeeded: value >> 8), UInt8(value & 255)])
        default: .text("v\(value)")
        }
    }
}

extension Statement: CustomStringConvertible {
    /// One word a thing: what is done, to which row, and the value's number.
    var description: String {
        let name = RowName(table: table, key: key)
        let written = writesNull ? "NULL" : "v\(value)"
        let place = Studio.tables[table - 1].columns.first { $0.id == column }?.names[0] ?? ""
        return switch kind {
        case .put, .add: "\(kind) \(name) = \(written)"
        case .upsert, .set: "\(kind) \(name).\(place) = \(written)"
        case .setAll: "setAll \(Studio.tables[table - 1].name).\(place) = \(written)"
        case .delete, .deleteBelow: "\(kind) \(name)"
        }
    }
}
