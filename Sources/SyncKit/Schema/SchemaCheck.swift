import GRDB

/// Checks that a declared table is one that can be synced.
struct SchemaCheck {
    let table: SyncedTable
    let db: Database

    /// - Throws: ``SchemaError``.
    func run() throws {
        guard try db.tableExists(table.name) else { throw SchemaError.missingTable(table.name) }
        let columns = try db.columns(in: table.name)
        let columnByName = Dictionary(
            uniqueKeysWithValues: columns.map { ($0.name.lowercased(), $0) })
        for column in table.columns {
            guard let found = columnByName[column.name.lowercased()] else {
                throw SchemaError.missingColumn(table: table.name, column: column.name)
            }
            // Every replica must begin at the same value without having added anything.
            if column.policy == .counter {
                guard found.isNotNull, found.defaultValueSQL == "0" else {
                    throw SchemaError.unsuitableCounter(table: table.name, column: column.name)
                }
            }
        }
        try checkKey(columnByName["id"])
        // Clocks go by the place of a row, which these names would hide.
        guard columnByName["_rowid_"] == nil else {
            throw SchemaError.reserved(table: table.name)
        }
        try checkConstraints()
    }

    private func checkKey(_ key: ColumnInfo?) throws {
        guard
            let key, key.isNotNull, key.type.uppercased() == "BLOB",
            try db.primaryKey(table.name).columns.map({ $0.lowercased() }) == ["id"],
            try !isWithoutRowID()
        else { throw SchemaError.unsuitableKey(table: table.name) }
    }

    private func isWithoutRowID() throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?",
            arguments: [table.name]) ?? false
    }

    private func checkConstraints() throws {
        guard try db.foreignKeys(on: table.name).isEmpty else {
            throw SchemaError.unsupportedConstraint(table: table.name, constraint: "FOREIGN KEY")
        }
        let unique = try db.indexes(on: table.name).contains { index in
            index.isUnique && index.columns.map { $0.lowercased() } != ["id"]
        }
        guard !unique else {
            throw SchemaError.unsupportedConstraint(table: table.name, constraint: "UNIQUE")
        }
    }
}
