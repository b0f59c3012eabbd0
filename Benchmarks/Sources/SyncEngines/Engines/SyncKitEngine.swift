package import Foundation
import GRDB
import SyncKit
package import Workload

/// The engine of this project, through its public calls.
package final class SyncKitEngine: SyncEngine {
    package let connection: SQLiteConnection
    private let usesGRDBStatements: Bool
    // Before the store, so that the statements end before their connection.
    private let table: PlainTable
    private var statements: GRDBTable?
    let store: SyncStore
    let relay: SegmentRelay

    /// Opens the file at `path`, making it where there is none.
    ///
    /// - Parameters:
    ///   - relay: Stands for the account's server; replicas that exchange changes share it.
    ///   - usesGRDBStatements: Whether the workload's statements are GRDB's, or stepped by hand.
    package init(
        path: String, durability: Durability, relay: SegmentRelay, usesGRDBStatements: Bool
    ) throws {
        self.usesGRDBStatements = usesGRDBStatements
        self.relay = relay
        var migrator = DatabaseMigrator()
        migrator.registerMigration("works") { try $0.execute(sql: BenchmarkSettings.table) }
        let columns = WorkloadColumn.allCases.map { SyncedColumn($0.name, id: $0.rawValue + 1) }
        let schema = try SyncSchema(tables: [SyncedTable("works", id: 1, columns: columns)])
        store = try SyncStore(path: path, schema: schema, migrator: migrator)
        let handle = try store.write { $0.sqliteConnection }
        guard let handle else { preconditionFailure("the store was just opened") }
        connection = SQLiteConnection(borrowing: handle)
        try connection.apply(durability)
        table = try PlainTable(connection: connection)
    }

    package func write(_ body: () throws -> Void) throws {
        try store.write { db in
            statements = GRDBTable(database: db)
            try body()
        }
    }

    package func insert(_ row: WorkloadRow) throws {
        guard usesGRDBStatements else { return try table.insert(row) }
        try statements?.insert(row)
    }

    package func update(_ edit: WorkloadEdit) throws {
        guard usesGRDBStatements else { return try table.update(edit) }
        try statements?.update(edit)
    }

    package func delete(_ id: Data) throws {
        guard usesGRDBStatements else { return try table.delete(id) }
        try statements?.delete(id)
    }

    package func read(_ body: (SQLiteConnection) throws -> Void) throws {
        try store.read { db in
            guard let handle = db.sqliteConnection else { return }
            try body(SQLiteConnection(borrowing: handle))
        }
    }

    package func settle() throws {
        _ = try store.pendingChangeCount()
    }

    package func recover() throws {
        _ = try store.pendingChangeCount()
    }
}
