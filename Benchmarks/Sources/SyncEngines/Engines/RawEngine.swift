package import Foundation
package import Workload

/// Plain SQLite without any metadata: what all others are measured against.
///
/// It ships bare values: its edits since the last exchange are kept in memory only.
package final class RawEngine: SyncEngine {
    package let connection: SQLiteConnection
    let table: PlainTable
    var editsToSend: [WorkloadEdit]?

    /// Opens the file at `path`; makes the table where the file is new.
    package init(path: String, isNew: Bool, durability: Durability) throws {
        connection = try SQLiteConnection(path: path, durability: durability)
        if isNew { try connection.execute(BenchmarkSettings.table) }
        table = try PlainTable(connection: connection)
    }

    /// As the protocol says.
    package func write(_ body: () throws -> Void) throws {
        try table.beginTransaction()
        try body()
        try table.commitTransaction()
    }

    /// As the protocol says.
    package func insert(_ row: WorkloadRow) throws { try table.insert(row) }

    /// As the protocol says.
    package func update(_ edit: WorkloadEdit) throws {
        try table.update(edit)
        editsToSend?.append(edit)
    }

    /// As the protocol says.
    package func delete(_ id: Data) throws { try table.delete(id) }
}
