import SyncKit
import TestSupport

/// A conflict that was restored on some device.
struct Restored {
    let row: RowName
    /// The lost values, by column id.
    let lost: [Int: SQLValue]
    let lostTime: HybridTimestamp
    /// The transaction that restored it.
    let commit: Int
}

extension World {
    /// Restores one of the conflicts that a device lists, if there are any.
    func restore(_ number: Int, on device: Device) throws {
        let listed = try device.open().conflicts()
        guard !listed.isEmpty else { return }
        let conflict = listed[number % listed.count]
        note("  restores \(conflict.kind) of \(conflict.table)")
        guard let row = RowName(of: conflict) else {
            return try restoreAnnex(conflict, on: device)
        }
        let deleted = listed.first { $0.kind.deletes && RowName(of: $0) == row }
        var values = conflict.lost
        let isMissing = device.rows[row] == nil
        if isMissing, !conflict.kind.deletes {
            guard let deleted else {
                return try refuse(conflict, on: device)
            }
            values = deleted.lost.merging(values) { $1 }
        }
        guard mayHold(values, device) else { return }
        try commit(effects(of: values, on: row, of: device), on: device) {
            let restored = try device.open().restore(conflict.id)
            guard restored.first == conflict else {
                throw Violation(.restores, "another conflict was restored")
            }
        }
        guard try !device.open().conflicts().contains(where: { $0.id == conflict.id }) else {
            throw Violation(.restores, "device \(device.index) lists what it restored")
        }
        restored.append(
            Restored(
                row: row, lost: ids(of: conflict.lost, in: row, device),
                lostTime: conflict.lostStamp.time, commit: history.commits.count - 1))
    }

    /// What was restored, and reached every device, is on nobody's list any more.
    func checkRestored(required: CommitSet) throws {
        let known = restored.filter { required.contains($0.commit) }
        for device in devices {
            for conflict in try device.open().conflicts() {
                guard let row = RowName(of: conflict) else { continue }
                let lost = ids(of: conflict.lost, in: row, device)
                let isRestored = known.contains {
                    $0.row == row && $0.lost == lost && conflict.lostStamp.time <= $0.lostTime
                }
                guard !isRestored else {
                    throw Violation(.restores, "device \(device.index) lists \(row)")
                }
            }
        }
    }

    /// A row of the tables with constraints: it comes back with its relatives, or not at all.
    private func restoreAnnex(_ conflict: Conflict, on device: Device) throws {
        do {
            try device.open().restore(conflict.id)
        } catch StoreError.missingParent, StoreError.valueTaken, StoreError.deletedSince {
            note("  refused")
        }
        try check(device, expecting: [device.rows])
        try checkConstraints(of: device)
    }

    /// What is left of a row that was deleted since cannot be restored by itself.
    private func refuse(_ conflict: Conflict, on device: Device) throws {
        do {
            try device.open().restore(conflict.id)
        } catch StoreError.deletedSince {
            return
        }
        throw Violation(.restores, "a part of a deleted row was restored")
    }

    /// Another version of the app may have written what this one's table cannot hold.
    private func mayHold(_ values: [String: SQLValue], _ device: Device) -> Bool {
        guard device.version == 1, case .integer(let width) = values["width"] else { return true }
        return Studio.canHold(width: width)
    }

    private func ids(
        of values: [String: SQLValue], in row: RowName, _ device: Device
    ) -> [Int: SQLValue] {
        let columns = Studio.table(row.table, device.version)?.columns(device.version) ?? []
        return Dictionary(
            uniqueKeysWithValues: columns.compactMap { column in
                values[column.name(device.version)].map { (column.id, $0) }
            })
    }

    private func effects(
        of values: [String: SQLValue], on row: RowName, of device: Device
    ) -> (effects: Effects, rows: Rows) {
        var (effects, rows) = (Effects(), device.rows)
        let columns = Studio.table(row.table, device.version)?.columns(device.version) ?? []
        let lost = ids(of: values, in: row, device)
        if let old = rows[row] {
            for (column, value) in lost { effects[row].write(value, to: column, over: old) }
            rows[row] = old.merging(lost) { $1 }
        } else {
            let all = Dictionary(
                uniqueKeysWithValues: columns.map { ($0.id, lost[$0.id] ?? .null) })
            effects[row].insert(all, over: nil)
            rows[row] = all
        }
        return (effects, rows)
    }
}

extension RowName {
    /// Nil where the conflict is about another table than ``Studio``'s.
    fileprivate init?(of conflict: Conflict) {
        guard
            let table = Studio.tables.first(where: { $0.name == conflict.table }),
            let key = conflict.key.bytes.last
        else { return nil }
        self.init(table: table.id, key: Int(key))
    }
}

extension Conflict.Kind {
    /// Whether the row was deleted.
    fileprivate var deletes: Bool { self == .rowDeleted || self == .deletedWithRow }
}
