/// Which tables sync, and under which numbers they travel.
public struct SyncSchema: Sendable, Equatable {
    /// The synced tables.
    public let tables: [SyncedTable]
    /// The synced tables, and the engine's own that syncs with them.
    let allTables: [SyncedTable]
    /// The app's own triggers that run while received changes are merged, too.
    public let mergeTimeTriggers: [String]

    /// A schema of tables whose names and ids are all different.
    ///
    /// - Parameters:
    ///   - tables: The synced tables.
    ///   - mergeTimeTriggers: Names of persistent triggers of the app that write to tables that do
    ///     not sync, and to nothing else, such as those that keep a search index in step. All other
    ///     triggers rest while received changes are merged: what they wrote to synced tables comes
    ///     with the changes.
    /// - Throws: ``SchemaError`` for a repeated or impossible name or id.
    public init(
        tables: [SyncedTable], mergeTimeTriggers: [String] = []
    ) throws(SchemaError) {
        guard Set(tables.map { $0.name.lowercased() }).count == tables.count else {
            throw .repeated("table name")
        }
        guard Set(tables.map(\.id)).count == tables.count else { throw .repeated("table id") }
        for table in tables { try table.check() }
        guard Set(mergeTimeTriggers.map { $0.lowercased() }).count == mergeTimeTriggers.count else {
            throw .repeated("local trigger")
        }
        self.tables = tables
        allTables = tables + [RestoredConflicts.table]
        self.mergeTimeTriggers = mergeTimeTriggers
        for table in tables {
            for reference in table.references {
                guard self.table(named: reference.parent) != nil else {
                    throw .missingTable(reference.parent)
                }
            }
        }
    }

    func table(id: TableID) -> SyncedTable? {
        allTables.first { $0.id == id }
    }

    func table(named name: String) -> SyncedTable? {
        allTables.first { $0.name.lowercased() == name.lowercased() }
    }
}

/// An ordinary SQLite table whose rows are the same on every replica.
///
/// The table must exist and have `id BLOB PRIMARY KEY NOT NULL`, 16 bytes that never change.
/// Columns that are not declared here stay on this device.
public struct SyncedTable: Sendable, Equatable {
    /// The table's name in SQL.
    public let name: String
    /// The number it travels under, 1 to ``Limits/tables``: never reused, never changed.
    public let id: TableID
    /// The columns besides the key.
    public let columns: [SyncedColumn]
    /// The columns that hold the key of another synced row, each a FOREIGN KEY in SQL.
    public let references: [SyncedReference]
    /// The sets of columns, by name, whose values no two rows share, each UNIQUE in SQL. The first
    /// of a set may be null: where two replicas took the same values, the later row's is set aside.
    public let unique: [[String]]
    /// The references by which the table is a tree that has no cycles.
    let treeReferences: [SyncedReference]

    /// Declares a table.
    ///
    /// Give parents lower ids than their children: rows travel in the order of table ids.
    public init(
        _ name: String, id: TableID, columns: [SyncedColumn], references: [SyncedReference] = [],
        unique: [[String]] = []
    ) {
        self.name = name
        self.id = id
        self.columns = columns
        self.references = references
        self.unique = unique
        treeReferences = references.filter {
            $0.onCycle == .setNull && $0.parent.lowercased() == name.lowercased()
        }
    }

    func check() throws(SchemaError) {
        guard (1...Limits.tables).contains(id.rawValue), columns.count <= Limits.columns else {
            throw .outOfRange(table: name)
        }
        guard columns.allSatisfy({ (1...Limits.columns).contains(Int($0.id.rawValue)) }) else {
            throw .outOfRange(table: name)
        }
        guard Set(columns.map(\.id)).count == columns.count else {
            throw .repeated("column id in table \(name)")
        }
        let names = columns.map { $0.name.lowercased() }
        guard Set(names).count == names.count, !names.contains("id") else {
            throw .repeated("column name in table \(name)")
        }
        for column in references.map(\.column) + unique.flatMap(\.self) {
            guard names.contains(column.lowercased()) else {
                throw .missingColumn(table: name, column: column)
            }
        }
        guard !name.lowercased().hasPrefix("sync_"), !name.isEmpty else {
            throw .reserved(table: name)
        }
    }

    /// The declared column with a name.
    func column(named name: String) -> SyncedColumn? {
        columns.first { $0.name.lowercased() == name.lowercased() }
    }

    /// All declared columns as bits at their ids.
    var columnBits: UInt64 {
        columns.reduce(0) { $0 | $1.id.bit }
    }
}

/// A column that holds the key of a row of another synced table, or of its own.
public struct SyncedReference: Sendable, Equatable {
    /// What becomes of a row whose parent was deleted on another replica meanwhile.
    public enum Action: Sendable, Equatable {
        /// It is deleted too.
        case cascade
        /// Its column becomes null.
        case setNull
    }

    /// What becomes of rows of one table that are each other's parents.
    public enum CycleAction: Sendable, Equatable {
        /// They stay so, as where two rows name each other.
        case keep
        /// The table is a tree: of the rows of a cycle the one that was moved last becomes a root,
        /// and the move is listed among the conflicts. Its column must allow null.
        case setNull
    }

    /// The column's name.
    public let column: String
    /// The parent table's name.
    public let parent: String
    /// What becomes of a row whose parent was deleted on another replica meanwhile.
    public let onDelete: Action
    /// What becomes of rows of one table that are each other's parents; nil where the parent is in
    /// another table.
    public let onCycle: CycleAction?

    /// Declares a reference.
    ///
    /// - Parameters:
    ///   - column: The column's name.
    ///   - parent: The parent table's name.
    ///   - onDelete: What becomes of a row whose parent was deleted elsewhere meanwhile.
    ///   - onCycle: Must be given where `parent` is the row's own table. Two replicas can make a
    ///     cycle together without either doing wrong: one moves A under B while the other moves B
    ///     under A.
    public init(
        _ column: String, to parent: String, onDelete: Action, onCycle: CycleAction? = nil
    ) {
        self.column = column
        self.parent = parent
        self.onDelete = onDelete
        self.onCycle = onCycle
    }
}

/// A synced column: its number on the way, and which of two values wins.
public struct SyncedColumn: Sendable, Equatable {
    /// The column's name in SQL.
    public let name: String
    /// The number it travels under, 1 to ``Limits/columns``: survives a rename, is never reused.
    public let id: ColumnID
    /// Which of two values wins; the same on every replica, for ever.
    public let policy: MergePolicy

    /// Declares a column.
    public init(_ name: String, id: ColumnID, _ policy: MergePolicy = .lastWriter) {
        self.name = name
        self.id = id
        self.policy = policy
    }
}
