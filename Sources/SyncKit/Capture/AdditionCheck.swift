import GRDB

/// What a transaction added to counters, computed from their values before it and at its end.
///
/// For a log that may hold what was undone: of other changes too much may be said, of additions
/// each must be said once.
struct AdditionCheck {
    let db: Database
    let schema: SyncSchema
    /// Who added.
    let source: UInt64

    private struct Target: Hashable {
        let table: TableID
        let key: RowKey
    }

    /// What counters of a row held before, by column; a row that the log deletes begins at 0.
    private struct Before {
        var isDeleted = false
        var values: [ColumnID: Int64] = [:]
    }

    /// `operations` of one transaction with what was added in truth.
    func corrected(_ operations: [UInt8]) throws -> [UInt8] {
        var log = OperationLog()
        var targets: [Target: Before] = [:]
        let counters = Dictionary(
            uniqueKeysWithValues: schema.allTables.map { table in
                (table.id, table.columns.filter { $0.policy == .counter })
            })
        try OperationLog.read(operations) { table, operation in
            switch operation {
            case .add(let key, let column, let old, _, _):
                var before = targets[Target(table: table, key: key)] ?? Before()
                if before.values[column] == nil {
                    before.values[column] = before.isDeleted ? 0 : old
                }
                targets[Target(table: table, key: key)] = before
                return
            case .delete(_, let key):
                if counters[table]?.isEmpty == false {
                    targets[Target(table: table, key: key)] = Before(isDeleted: true)
                }
            case .insert, .update: break
            }
            log.append(operation, in: table)
        }
        let order = targets.sorted { ($0.key.table, $0.key.key) < ($1.key.table, $1.key.key) }
        for (target, before) in order {
            for column in counters[target.table] ?? [] {
                try add(to: column, of: target, before, to: &log)
            }
        }
        return log.bytes
    }

    private func add(
        to column: SyncedColumn, of target: Target, _ before: Before, to log: inout OperationLog
    ) throws {
        let id = column.id
        guard
            let old = before.values[id] ?? (before.isDeleted ? 0 : nil),
            let table = schema.table(id: target.table)
        else { return }
        let found = try PreparedStatement(
            "SELECT \(quoted(column.name)) FROM \(quoted(table.name)) WHERE id = ?", in: db)
        found.bind(target.key, at: 1)
        guard try found.step() else { return }
        let difference = found.integer(0) &- old
        guard difference != 0 else { return }
        log.append(
            .add(key: target.key, column: id, from: old, by: difference, source: source),
            in: target.table)
    }
}
