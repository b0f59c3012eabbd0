package import Foundation
import GRDB
package import Workload

/// Plain SQLite through GRDB's pool: what the pool and its statements cost by themselves.
package final class GRDBEngine: SyncEngine {
    /// What is done with GRDB and what around it.
    package enum Style: Sendable {
        /// `pool.write` and cached statements, as the documentation teaches.
        case plain
        /// BEGIN and COMMIT are prepared once, and run in `writeWithoutTransaction`.
        case preparedTransactions
        /// The same, and the workload's statements are stepped on GRDB's connection by hand.
        case steppedByHand
    }

    package let connection: SQLiteConnection
    private let style: Style
    // Before the pool, so that the statements end before their connection.
    private let table: PlainTable
    private let begin: Statement
    private let commit: Statement
    private var statements: GRDBTable?
    private let pool: DatabasePool

    /// Opens the file at `path`; makes the table where the file is new.
    package init(path: String, isNew: Bool, durability: Durability, style: Style) throws {
        self.style = style
        var configuration = Configuration()
        configuration.prepareDatabase { db in
            for pragma in BenchmarkSettings.pragmas(durability) { try db.execute(sql: pragma) }
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        if isNew { try pool.write { try $0.execute(sql: BenchmarkSettings.table) } }
        (connection, begin, commit) = try pool.writeWithoutTransaction { db in
            guard let handle = db.sqliteConnection else {
                preconditionFailure("the pool was just opened")
            }
            return (
                SQLiteConnection(borrowing: handle),
                try db.makeStatement(sql: "BEGIN IMMEDIATE"), try db.makeStatement(sql: "COMMIT")
            )
        }
        table = try PlainTable(connection: connection)
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        switch style {
        case .plain:
            try pool.write { db in
                statements = GRDBTable(database: db)
                try body()
            }
        case .preparedTransactions, .steppedByHand:
            try pool.writeWithoutTransaction { db in
                statements = GRDBTable(database: db)
                try begin.execute()
                try body()
                try commit.execute()
            }
        }
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws {
        if style == .steppedByHand { return try table.insert(row) }
        try statements?.insert(row)
    }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws {
        if style == .steppedByHand { return try table.update(edit) }
        try statements?.update(edit)
    }

    /// As the protocol says.
    package func delete(_ id: Data) throws {
        if style == .steppedByHand { return try table.delete(id) }
        try statements?.delete(id)
    }

    /// As the protocol says.
    package func read(_ body: (SQLiteConnection) throws -> Void) throws {
        try pool.read { db in
            guard let handle = db.sqliteConnection else { return }
            try body(SQLiteConnection(borrowing: handle))
        }
    }
}
