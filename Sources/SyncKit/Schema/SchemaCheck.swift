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
        let features = SQLFeatures(table: table.name, db: db)
        try checkReferences(features)
        let unique = Set(table.unique.map { Set($0.map { $0.lowercased() }) })
        for index in try features.uniqueIndexes() where index.columns != ["id"] {
            if let fault = index.fault {
                throw SchemaError.unsuitableIndex(table: table.name, index: index.name, fault)
            }
            guard unique.contains(Set(index.columns)) else {
                throw SchemaError.undeclaredConstraint(table: table.name, constraint: "UNIQUE")
            }
        }
        try checkRules(features)
        try checkSetAside()
    }

    private func checkReferences(_ features: SQLFeatures) throws {
        for key in try features.foreignKeys() {
            guard
                key.columns.count == 1, key.parentColumns == ["id"],
                let declared = table.references.first(where: {
                    $0.column.lowercased() == key.columns[0] && $0.parent.lowercased() == key.parent
                })
            else {
                throw SchemaError.undeclaredConstraint(
                    table: table.name, constraint: "FOREIGN KEY")
            }
            guard key.action.agrees(with: declared.onDelete) else {
                throw SchemaError.otherDeleteAction(
                    table: table.name, column: declared.column, sql: key.action.rawValue)
            }
        }
        for reference in table.references
        where reference.parent.lowercased() == table.name.lowercased() && reference.onCycle == nil {
            throw SchemaError.undeclaredCycles(table: table.name, column: reference.column)
        }
    }

    /// What a merge of two good rows could break, and what rows of others could never have.
    private func checkRules(_ features: SQLFeatures) throws {
        let synced = Dictionary(
            table.columns.map { ($0.name.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first })
        for column in try features.columns() {
            let declared = synced[column.name.lowercased()]
            if column.isGenerated, declared != nil {
                throw SchemaError.generatedColumn(table: table.name, column: column.name)
            }
            guard declared != nil || !column.needsValue || column.name.lowercased() == "id" else {
                throw SchemaError.undeclaredRequiredColumn(
                    table: table.name, column: column.name)
            }
        }
        for names in try features.checkedColumns() {
            let columns = names.compactMap { synced[$0] }
            guard columns.count < 2, columns.allSatisfy({ $0.policy != .counter }) else {
                throw SchemaError.unsuitableCheck(
                    table: table.name, columns: columns.map(\.name).sorted())
            }
        }
    }

    /// What is set aside becomes null, by the rule of the last writer.
    private func checkSetAside() throws {
        let columns = try db.columns(in: table.name)
        let cleared =
            table.unique.compactMap(\.first)
            + table.references.filter { $0.onDelete == .setNull }.map(\.column)
            + table.treeReferences.map(\.column)
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

/// Why a schema cannot be synced; nothing was changed.
public enum SchemaError: Error, Equatable, CustomStringConvertible {
    /// Two things share a name or number.
    case repeated(String)
    /// A number is outside its bounds.
    case outOfRange(table: String)
    /// The name belongs to the engine.
    case reserved(table: String)
    /// The declared table is not in the database.
    case missingTable(String)
    /// The declared column is not in the table.
    case missingColumn(table: String, column: String)
    /// The table has no `id BLOB PRIMARY KEY NOT NULL`.
    case unsuitableKey(table: String)
    /// A counter column is not declared `INTEGER NOT NULL DEFAULT 0`.
    case unsuitableCounter(table: String, column: String)
    /// The table has a constraint that two replicas can break together, and its repair is not
    /// declared.
    case undeclaredConstraint(table: String, constraint: String)
    /// A unique index is over something that the engine cannot compare before it writes.
    case unsuitableIndex(table: String, index: String, IndexFault)
    /// SQL does something else to the children of a deleted row than what is declared.
    case otherDeleteAction(table: String, column: String, sql: String)
    /// A reference within one table does not say what becomes of cycles.
    case undeclaredCycles(table: String, column: String)
    /// A declared column is computed by SQLite.
    case generatedColumn(table: String, column: String)
    /// A column must have a value, and rows of other devices never have one.
    case undeclaredRequiredColumn(table: String, column: String)
    /// A CHECK is over several columns, or over a counter: two writes that keep it may break it
    /// together.
    case unsuitableCheck(table: String, columns: [String])
    /// A column that a declared repair sets to null cannot be null.
    case notNullable(table: String, column: String)
    /// The trigger that is declared to run during merges is not in the database.
    case missingTrigger(String)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .repeated(let what):
            "The schema repeats a \(what). Give each its own."
        case .outOfRange(let table):
            "Table \(table): ids run from 1 to \(Limits.tables) for tables and from 1 to "
                + "\(Limits.columns) for columns."
        case .reserved(let table):
            "The table name '\(table)' is reserved. Names must not be empty or begin "
                + "with sync_, and no column may be named _rowid_."
        case .missingTable(let table):
            "The table \(table) is declared for sync but does not exist. Create it first."
        case .missingColumn(let table, let column):
            "The column \(table).\(column) is declared for sync but does not exist. Add it first."
        case .unsuitableKey(let table):
            "The table \(table) needs a key column declared as: id BLOB PRIMARY KEY NOT NULL, "
                + "in a table with rowids (not WITHOUT ROWID)."
        case .unsuitableCounter(let table, let column):
            "The counter \(table).\(column) must be declared as: INTEGER NOT NULL DEFAULT 0."
        case .undeclaredConstraint(let table, let constraint):
            "The table \(table) has a \(constraint) constraint, which two devices can break "
                + "together without either doing wrong. Declare it in the schema (references: or "
                + "unique:), remove it, or do not sync the table."
        case .unsuitableIndex(let table, let index, let fault):
            "The unique index \(index) of table \(table) \(fault.text)"
        case .otherDeleteAction(let table, let column, let sql):
            "SQL declares ON DELETE \(sql) for \(table).\(column), and the schema another action. "
                + "A row would have another fate where its parent is deleted than elsewhere. "
                + "Declare the same, or no action in SQL."
        case .undeclaredCycles(let table, let column):
            "Two devices can make rows of \(table) each other's parents by \(column). Declare what "
                + "becomes of that: onCycle: .setNull for a tree, .keep where it may be so."
        case .generatedColumn(let table, let column):
            "The column \(table).\(column) is generated: every device computes it. Do not "
                + "declare it."
        case .undeclaredRequiredColumn(let table, let column):
            "The column \(table).\(column) is NOT NULL without a default and is not synced, so "
                + "that rows of other devices could not be inserted. Declare it, let it be null, "
                + "or give it a default."
        case .unsuitableCheck(let table, let columns):
            "A CHECK of table \(table) is over \(columns.joined(separator: ", ")). Columns are "
                + "merged one by one and counters are added up, so that two devices can break it "
                + "together. Check one column at a time, no counter, or check when the app reads."
        case .notNullable(let table, let column):
            "The column \(table).\(column) is set to null where two devices clash. It must allow "
                + "null and have the policy lastWriter."
        case .missingTrigger(let name):
            "The trigger \(name) is declared to run while changes are merged but does not exist. "
                + "Create it first, or leave it out of mergeTimeTriggers."
        }
    }
}
