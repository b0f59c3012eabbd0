import GRDB
import GRDBSQLite

/// What a table's SQL declares, as far as merging has to know of it.
struct SQLFeatures {
    /// The table's name.
    let table: String
    let db: Database

    /// A column, as SQLite lists it.
    struct Column {
        let name: String
        /// As it is declared; empty where it is not.
        let type: String
        /// Whether SQLite computes it.
        let isGenerated: Bool
        /// Whether it must not be null.
        let isNotNull: Bool
        /// Whether an insert has to give a value.
        let needsValue: Bool
    }

    func columns() throws -> [Column] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT name, type, hidden, "notnull", dflt_value FROM pragma_table_xinfo(?)
                """, arguments: [table]
        ).map { row in
            // 2 and 3 are generated columns, virtual and stored.
            let isGenerated = row["hidden"] == 2 || row["hidden"] == 3
            let isNotNull: Bool = row["notnull"]
            let hasDefault = (row["dflt_value"] as String?) != nil
            return Column(
                name: row["name"], type: row["type"], isGenerated: isGenerated,
                isNotNull: isNotNull,
                needsValue: isNotNull && !hasDefault && !isGenerated)
        }
    }

    /// A unique index or constraint.
    struct UniqueIndex {
        let name: String
        /// In lower case; without those that are expressions.
        let columns: [String]
        let fault: IndexFault?
    }

    func uniqueIndexes() throws -> [UniqueIndex] {
        try Row.fetchAll(
            db, sql: "SELECT name, partial FROM pragma_index_list(?) WHERE \"unique\" = 1",
            arguments: [table]
        ).map { index in
            let name: String = index["name"]
            let parts = try Row.fetchAll(
                db, sql: "SELECT name, coll FROM pragma_index_xinfo(?) WHERE key = 1",
                arguments: [name])
            let names = parts.compactMap { $0["name"] as String? }
            var fault: IndexFault?
            if names.count < parts.count {
                fault = .expression
            } else if index["partial"] == 1 {
                fault = .partial
            } else if try !usesOwnCollations(parts) {
                fault = .collation
            }
            return UniqueIndex(name: name, columns: names.map { $0.lowercased() }, fault: fault)
        }
    }

    /// Whether each column of an index has the collation there by which SQL compares it elsewhere,
    /// and one that all devices have alike.
    private func usesOwnCollations(_ parts: [Row]) throws -> Bool {
        try parts.allSatisfy { part in
            let (name, collation): (String, String) = (part["name"], part["coll"])
            var own: UnsafePointer<CChar>?
            let status = sqlite3_table_column_metadata(
                db.sqliteConnection, "main", table, name, nil, &own, nil, nil, nil)
            guard status == SQLITE_OK, let own else { throw StoreError.damaged(table) }
            return String(cString: own).uppercased() == collation.uppercased()
                && ["BINARY", "NOCASE", "RTRIM"].contains(collation.uppercased())
        }
    }

    /// A FOREIGN KEY; all names are in lower case.
    struct ForeignKey {
        let parent: String
        let columns: [String]
        let parentColumns: [String]
        let action: DeleteAction
    }

    /// What SQLite does to a row whose parent is deleted.
    enum DeleteAction: String {
        case none = "NO ACTION"
        case restrict = "RESTRICT"
        case cascade = "CASCADE"
        case setNull = "SET NULL"
        case setDefault = "SET DEFAULT"

        /// Whether a row has the same fate here and where a merge deletes its parent. Where SQL
        /// does nothing, it refuses to delete the parent of any row.
        func agrees(with declared: SyncedReference.Action) -> Bool {
            switch self {
            case .none, .restrict: true
            case .cascade: declared == .cascade
            case .setNull: declared == .setNull
            case .setDefault: false
            }
        }
    }

    func foreignKeys() throws -> [ForeignKey] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, "table", "from", "to", on_delete FROM pragma_foreign_key_list(?)
                ORDER BY id, seq
                """, arguments: [table])
        let ids: [Int] = rows.map { $0["id"] }
        return try Set(ids).sorted().map { id in
            let columns = rows.filter { $0["id"] == id }
            let parent: String = columns[0]["table"]
            // Without columns the parent's primary key is meant.
            let named = columns.compactMap { $0["to"] as String? }
            let parentColumns = named.isEmpty ? try db.primaryKey(parent).columns : named
            return ForeignKey(
                parent: parent.lowercased(),
                columns: columns.map { ($0["from"] as String).lowercased() },
                parentColumns: parentColumns.map { $0.lowercased() },
                action: DeleteAction(rawValue: columns[0]["on_delete"]) ?? .setDefault)
        }
    }

    /// The names that each CHECK mentions, in lower case.
    func checkedColumns() throws -> [Set<String>] {
        let sql = try String.fetchOne(
            db,
            sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE",
            arguments: [table])
        return sql.map(SQLTokens.checkedNames) ?? []
    }
}

/// Why a unique index cannot be kept by merges.
public enum IndexFault: Sendable, Equatable {
    /// It is over an expression.
    case expression
    /// It has a WHERE.
    case partial
    /// It compares a column by another collation than the column's own, or by one that SQLite does
    /// not have by itself.
    case collation

    /// What is wrong, and what to do; follows the index's name.
    var text: String {
        switch self {
        case .expression:
            "is over an expression, which is not compared when rows are merged: two devices would "
                + "differ for ever. Store what it computes in a column, and declare that unique."
        case .partial:
            "has a WHERE, which is not looked at when rows are merged: values that it permits "
                + "would be set aside. Let the column be null in rows outside it, and leave the "
                + "WHERE away."
        case .collation:
            "compares by another collation than its column, or by one of the app's own, so that "
                + "clashes would be missed. Give the column the collation BINARY, NOCASE or RTRIM, "
                + "and the index none."
        }
    }
}
