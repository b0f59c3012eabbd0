import GRDB

/// Checks that a declared table is one that can be synced.
struct SchemaCheck {
    let table: SyncedTable
    let db: Database

    /// - Throws: ``SchemaError``.
    func run() throws {
        guard try db.hasTable(table.name) else { throw SchemaError.missingTable(table.name) }
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
        // Clocks go by row id, which these names would hide.
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

    /// A constraint that two replicas can break together must be declared, so that its repair is.
    private func checkConstraints() throws {
        let declared = Set(
            table.references.map { [$0.column.lowercased(), $0.parent.lowercased()] })
        for key in try db.foreignKeys(on: table.name) {
            let columns = key.originColumns.map { $0.lowercased() }
            guard
                columns.count == 1, key.destinationColumns.map({ $0.lowercased() }) == ["id"],
                declared.contains(columns + [key.destinationTable.lowercased()])
            else {
                throw SchemaError.undeclaredConstraint(
                    table: table.name, constraint: "FOREIGN KEY")
            }
        }
        let unique = Set(table.unique.map { Set($0.map { $0.lowercased() }) })
        for index in try db.indexes(on: table.name) where index.isUnique {
            let columns = index.columns.map { $0.lowercased() }
            guard columns == ["id"] || unique.contains(Set(columns)) else {
                throw SchemaError.undeclaredConstraint(table: table.name, constraint: "UNIQUE")
            }
        }
        try checkSetAside()
    }

    /// What is set aside becomes null, by the rule of the last writer.
    private func checkSetAside() throws {
        let columns = try db.columns(in: table.name)
        let cleared =
            table.unique.compactMap(\.first)
            + table.references.filter { $0.onDelete == .setNull }.map(\.column)
        for name in cleared {
            let isNullable = columns.contains {
                $0.name.lowercased() == name.lowercased() && !$0.isNotNull
            }
            guard isNullable, table.column(named: name)?.policy == .lastWriter else {
                throw SchemaError.notNullable(table: table.name, column: name)
            }
        }
    }
}
