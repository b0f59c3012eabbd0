import GRDB
import SyncKit
import TestSupport

/// One row's name: a table and a key.
struct RowName: Hashable, Comparable, CustomStringConvertible {
    let table: Int
    let key: Int

    var description: String { "\(Studio.tables[table - 1].name) \(key)" }

    static func < (left: Self, right: Self) -> Bool {
        (left.table, left.key) < (right.table, right.key)
    }
}

/// What a replica's synced tables hold: values by column id, in plain Swift.
struct Rows: Equatable {
    /// Which version of the schema the replica has.
    let version: Int
    private(set) var valuesByName: [RowName: [Int: SQLValue]] = [:]

    init(version: Int) {
        self.version = version
    }

    /// Reads every row.
    init(version: Int, reading db: Database) throws {
        self.version = version
        for table in Studio.tables(version) {
            let columns = table.columns(version)
            let statement = try db.cachedStatement(sql: table.selection(version))
            for row in try PlainConnection.rows(statement.sqliteStatement, []) {
                guard case .blob(let id) = row[0], let key = id.last else { continue }
                valuesByName[RowName(table: table.id, key: Int(key))] = Dictionary(
                    uniqueKeysWithValues: zip(columns.map(\.id), row.dropFirst()))
            }
        }
    }

    subscript(name: RowName) -> [Int: SQLValue]? {
        get { valuesByName[name] }
        set { valuesByName[name] = newValue }
    }

    /// What differs, in words.
    func difference(to other: Rows) -> String {
        let names = Set(valuesByName.keys).union(other.valuesByName.keys).sorted()
        return names.filter { self[$0] != other[$0] }.prefix(4)
            .map { "\($0): \(Self.text(self[$0])) against \(Self.text(other[$0]))" }
            .joined(separator: "; ")
    }

    /// A row's values in words.
    static func text(_ values: [Int: SQLValue]?) -> String {
        guard let values else { return "no row" }
        return values.sorted { $0.key < $1.key }.map { text($0.value) }.joined(separator: " ")
    }

    /// A value in words.
    static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let bytes): "'" + String(decoding: bytes, as: UTF8.self) + "'"
        case .blob(let bytes):
            "x'"
                + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined() + "'"
        }
    }
}
