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
        case .notNullable(let table, let column):
            "The column \(table).\(column) is set to null where two devices clash. It must allow "
                + "null and have the policy lastWriter."
        case .missingTrigger(let name):
            "The trigger \(name) is declared to run while changes are merged but does not exist. "
                + "Create it first, or leave it out of localTriggers."
        }
    }
}
