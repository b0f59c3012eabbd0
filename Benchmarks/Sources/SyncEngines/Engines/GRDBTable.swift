import Foundation
import GRDB
import Workload

/// The statements of the workload through GRDB, as an app writes them that minds their cost.
struct GRDBTable {
    let database: Database

    func insert(_ row: WorkloadRow) throws {
        let values = row.values.map(Self.databaseValue)
        try database.cachedStatement(sql: BenchmarkSettings.insertion)
            .execute(arguments: StatementArguments([row.id.databaseValue] + values))
    }

    func update(_ edit: WorkloadEdit) throws {
        try database.cachedStatement(sql: BenchmarkSettings.updates[edit.column.rawValue])
            .execute(arguments: [Self.databaseValue(edit.value), edit.id])
    }

    func delete(_ id: Data) throws {
        try database.cachedStatement(sql: BenchmarkSettings.deletion).execute(arguments: [id])
    }

    private static func databaseValue(_ value: WorkloadValue) -> DatabaseValue {
        switch value {
        case .integer(let integer): integer.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let data): data.databaseValue
        }
    }
}
