import GRDB
import SyncKit

/// The small database that simulated replicas sync, in two versions.
///
/// Version 2 adds a column and a table, renames a column, and takes away a constraint: some of what
/// it writes version 1 cannot hold. `born` is written by inserts only, so
/// that it tells lives apart.
enum Studio {
    struct Column: Sendable {
        let id: Int
        /// By version, from 1; the last one stays.
        let names: [String]
        let type: String
        var since = 1

        func name(_ version: Int) -> String { names[min(version, names.count) - 1] }
    }

    struct Table: Sendable {
        let id: Int
        let name: String
        let columns: [Column]
        var since = 1

        func columns(_ version: Int) -> [Column] { columns.filter { $0.since <= version } }

        /// SQL that asks for the key and every column.
        func selection(_ version: Int) -> String {
            let names = columns(version).map { $0.name(version) }
            return "SELECT \((["id"] + names).joined(separator: ", ")) FROM \(name)"
        }
    }

    /// How many keys each table has: few, so that replicas meet in the same rows.
    static let keys = 6
    static let latestVersion = 2
    static let bornColumn = 1

    static let tables = [
        Table(
            id: 1, name: "pictures",
            columns: [
                Column(id: 1, names: ["born"], type: "TEXT"),
                Column(id: 2, names: ["title", "caption"], type: "TEXT"),
                Column(id: 3, names: ["width"], type: "INTEGER"),
                Column(id: 4, names: ["data"], type: "BLOB"),
                Column(id: 5, names: ["weight"], type: "REAL", since: 2),
            ]),
        Table(
            id: 2, name: "tags",
            columns: [
                Column(id: 1, names: ["born"], type: "TEXT"),
                Column(id: 2, names: ["label"], type: "TEXT"),
            ]),
        Table(
            id: 3, name: "notes",
            columns: [
                Column(id: 1, names: ["born"], type: "TEXT"),
                Column(id: 2, names: ["body"], type: "TEXT"),
            ], since: 2),
    ]

    static func tables(_ version: Int) -> [Table] { tables.filter { $0.since <= version } }

    static func table(_ id: Int, _ version: Int) -> Table? {
        tables(version).first { $0.id == id }
    }

    static func schema(_ version: Int, _ hasAnnex: Bool) throws -> SyncSchema {
        try SyncSchema(
            tables: tables(version).map { table in
                SyncedTable(
                    table.name, id: TableID(table.id),
                    columns: table.columns(version).map {
                        SyncedColumn($0.name(version), id: ColumnID(UInt8($0.id)))
                    })
            } + (hasAnnex ? Annex.tables : []))
    }

    static func migrator(_ version: Int, _ hasAnnex: Bool) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        if hasAnnex { migrator.registerMigration("annex") { try Annex.create(in: $0) } }
        migrator.registerMigration("1") { db in
            for table in tables(1) { try db.execute(sql: creation(of: table, 1)) }
        }
        guard version > 1 else { return migrator }
        migrator.registerMigration("2") { db in
            // A constraint goes only with its table.
            try db.execute(sql: creation(of: tables[0], 2, named: "new_pictures"))
            try db.execute(
                sql: """
                    INSERT INTO new_pictures(id, born, caption, width, data)
                    SELECT id, born, title, width, data FROM pictures;
                    DROP TABLE pictures;
                    ALTER TABLE new_pictures RENAME TO pictures;
                    """)
            for table in tables(2) where table.since == 2 {
                try db.execute(sql: creation(of: table, 2))
            }
        }
        return migrator
    }

    /// A width made from a number that every statement has another of; of version 2 at times one
    /// that version 1 cannot hold.
    static func width(_ number: Int, _ version: Int) -> Int64 {
        let isNew = version > 1 && number.isMultiple(of: 5)
        return Int64(number) * oldModulus + (isNew ? 0 : 1)
    }

    /// Whether version 1 can hold a width.
    static func canHold(width: Int64) -> Bool { width % oldModulus != 0 }

    /// Whether a value may stand in for one that the version cannot hold.
    static func mayStandIn(_ value: SQLValue, _ column: Int, of table: Int, _ version: Int) -> Bool
    {
        version == 1 && table == 1 && column == widthColumn && value == .null
    }

    private static let widthColumn = 3
    private static let oldModulus: Int64 = 7

    private static func creation(
        of table: Table, _ version: Int, named name: String? = nil
    ) -> String {
        let columns = table.columns(version).map { column in
            let isChecked = version == 1 && column.names[0] == "width"
            return "\(column.name(version)) \(column.type)"
                + (isChecked ? " CHECK (width IS NULL OR width % \(oldModulus) <> 0)" : "")
        }
        return "CREATE TABLE \(name ?? table.name)(id BLOB PRIMARY KEY NOT NULL, "
            + columns.joined(separator: ", ") + ")"
    }

    /// A key's 16 bytes.
    static func id(_ key: Int) -> SQLValue {
        .blob([UInt8](repeating: 0, count: 15) + [UInt8(key)])
    }
}
