import Foundation
import Workload

/// The statements that plain SQLite needs for the workload.
final class PlainTable {
    let insertion: SQLiteStatement
    let updates: [SQLiteStatement]
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let deletion: SQLiteStatement

    init(connection: SQLiteConnection) throws {
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
        insertion = try connection.prepare(BenchmarkSettings.insertion)
        updates = try BenchmarkSettings.updates.map { try connection.prepare($0) }
        deletion = try connection.prepare(BenchmarkSettings.deletion)
    }

    func beginTransaction() throws { try begin.run() }

    func commitTransaction() throws { try commit.run() }

    func insert(_ row: WorkloadRow) throws {
        insertion.bind(row.id, at: 1)
        for column in 0..<row.values.count {
            insertion.bind(row.values[column], at: Int32(column + 2))
        }
        try insertion.run()
    }

    func update(_ edit: WorkloadEdit) throws {
        let statement = updates[edit.column.rawValue]
        statement.bind(edit.value, at: 1)
        statement.bind(edit.id, at: 2)
        try statement.run()
    }

    func delete(_ id: Data) throws {
        deletion.bind(id, at: 1)
        try deletion.run()
    }
}
