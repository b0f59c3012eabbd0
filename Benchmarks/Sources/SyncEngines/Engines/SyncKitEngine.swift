package import Foundation
import GRDB
@_spi(Measuring) import SyncKit
package import Workload

/// The engine of this project.
package final class SyncKitEngine: SyncEngine {
    package let connection: SQLiteConnection
    private let usesGRDBStatements: Bool
    // Before the store, so that the statements end before their connection.
    private let table: PlainTable
    private var statements: GRDBTable?
    let store: SyncStore

    /// Opens the file at `path`, making it where there is none.
    ///
    /// - Parameter usesGRDBStatements: Whether the workload's statements are GRDB's, or stepped by
    ///   hand on the store's connection.
    /// - Parameter hasSmallCache: Whether the page cache has the size that SQLite gives it.
    package init(
        path: String, durability: Durability, usesGRDBStatements: Bool, hasSmallCache: Bool = false
    ) throws {
        self.usesGRDBStatements = usesGRDBStatements
        var migrator = DatabaseMigrator()
        migrator.registerMigration("works") { try $0.execute(sql: BenchmarkSettings.table) }
        var configuration = SyncStore.defaultConfiguration
        configuration.prepareDatabase { db in
            for pragma in BenchmarkSettings.pragmas(durability) { try db.execute(sql: pragma) }
            if hasSmallCache { try db.execute(sql: "PRAGMA cache_size = -2000") }
        }
        store = try SyncStore(
            path: path, schema: try Self.schema, migrator: migrator, configuration: configuration,
            durability: durability == .full ? .full : .normal)
        let handle = try store.write { $0.sqliteConnection }
        guard let handle else { preconditionFailure("the store was just opened") }
        connection = SQLiteConnection(borrowing: handle)
        table = try PlainTable(connection: connection)
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        try store.write { db in
            statements = GRDBTable(database: db)
            try body()
        }
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws {
        guard usesGRDBStatements else { return try table.insert(row) }
        try statements?.insert(row)
    }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws {
        guard usesGRDBStatements else { return try table.update(edit) }
        try statements?.update(edit)
    }

    /// As the protocol says.
    package func delete(_ id: Data) throws {
        guard usesGRDBStatements else { return try table.delete(id) }
        try statements?.delete(id)
    }

    /// As the protocol says.
    package func read(_ body: (SQLiteConnection) throws -> Void) throws {
        try store.read { db in
            guard let handle = db.sqliteConnection else { return }
            try body(SQLiteConnection(borrowing: handle))
        }
    }

    /// As the protocol says.
    package func settle() throws { try store.compactLog() }

    // The outbox is in the database; what a writer remembers is loaded by the first write.
    /// As the protocol says.
    package func recover() throws { try store.write { _ in } }

    private static var schema: SyncSchema {
        get throws {
            let columns = WorkloadColumn.allCases.map {
                SyncedColumn($0.name, id: ColumnID(UInt8($0.rawValue + 1)))
            }
            return try SyncSchema(tables: [SyncedTable("works", id: 1, columns: columns)])
        }
    }
}
