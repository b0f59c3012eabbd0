import Foundation
import SyncEngines
import Workload

extension EngineRun {
    private static let baseRowCount = 10_000
    private static let editsADevice = 1000

    /// A copy of the replica sends everything to a server; new devices join by it: one by itself,
    /// and one while another thread reads one row after the other. Then the same with an account
    /// that has been used for long, where a new device gets a snapshot.
    func join(_ files: DatabaseFiles) async throws {
        try await withCopy(of: files) { copy in
            let opened = try kind.open(copy.path, isNew: false, durability: durability)
            guard let first = opened as? any SynchronizingEngine else { return }
            try await measure("pending_count", operations: workload.rowCount) {
                try $0.time { _ = try first.pendingChangeCount() }
            }
            let account = AccountRelay(isOld: false)
            try await measure("join_push", operations: workload.rowCount) {
                try await $0.time { try await first.synchronize(through: account) }
            }
            try await join("join", account, like: first)
        }
        try await withCopy(of: files) { copy in
            let opened = try kind.open(copy.path, isNew: false, durability: durability)
            guard let first = opened as? any SynchronizingEngine else { return }
            let account = AccountRelay(isOld: true)
            try await first.synchronize(through: account)
            // Only who has pulled all there is makes a snapshot.
            try await measure("snapshot_make", operations: workload.rowCount) {
                try await $0.time { try await first.synchronize(through: account) }
            }
            guard account.hasSnapshot else { preconditionFailure("a snapshot was due") }
            try await join("snapshot", account, like: first)
        }
    }

    private func join(
        _ phase: String, _ account: AccountRelay, like first: any SynchronizingEngine
    ) async throws {
        try report(
            phase,
            [
                "bytes": Double(account.byteCount), "stored": Double(account.storedByteCount),
            ])
        if let alone = try openSynchronizing("joining") {
            try await measure("\(phase)_pull", operations: workload.rowCount) {
                try await $0.time { try await alone.synchronize(through: account) }
            }
            try reportEquality(phase, first, alone)
        }
        guard let joining = try openSynchronizing("reading") else { return }
        let reader = ReadingThread(joining.concurrentRead())
        reader.start()
        try await joining.synchronize(through: account)
        let times = try reader.stop()
        try report(phase, ["longest_ms": times.max() ?? 0, "reads": Double(times.count)])
    }

    /// An account of `count` devices: each edits, the first receives it all, and one more joins.
    func runDevices(_ count: Int) async throws {
        let account = AccountRelay(isOld: true)
        let phase = "devices_\(count)"
        guard let first = try openSynchronizing("device0") else { return }
        try insertPlainly(first, 0..<Self.baseRowCount)
        try await first.synchronize(through: account)
        for number in 1..<count {
            guard let device = try openSynchronizing("device") else { return }
            try await device.synchronize(through: account)
            try editPlainly(device, seed: number)
            try await device.synchronize(through: account)
        }
        let changes = (count - 1) * Self.editsADevice
        try await measure("\(phase)_pull", operations: changes) {
            try await $0.time { try await first.synchronize(through: account) }
        }
        try await edit(first, "\(phase)_edit", 0..<1000, per: 1) { plainEdit($0, seed: -1) }
        try first.settle()
        try reportSizes(phase, first, DatabaseFiles(path: "\(folder)/device0.db"))
        try await first.synchronize(through: account)
        guard let joining = try openSynchronizing("device") else { return }
        try await measure("\(phase)_join", operations: changes) {
            try await $0.time { try await joining.synchronize(through: account) }
        }
        try reportEquality(phase, first, joining)
    }

    /// Years in which a hundred rows a day are made and deleted again, besides 10,000 that stay,
    /// while a device that never comes back keeps the others from forgetting what was deleted.
    func runHistory(years: Int) async throws {
        let account = AccountRelay(isOld: true)
        guard let device = try openSynchronizing("history") else { return }
        let files = DatabaseFiles(path: "\(folder)/history.db")
        try insertPlainly(device, 0..<Self.baseRowCount)
        let rowsAYear = 36_500
        for year in 1...years {
            let first = Self.baseRowCount + (year - 1) * rowsAYear
            let numbers = first..<(first + rowsAYear)
            try insertPlainly(device, numbers)
            try deletePlainly(device, numbers)
            guard [1, 5, years].contains(year) else { continue }
            let phase = "history_\(year)"
            try await edit(device, "\(phase)_edit", 0..<1000, per: 1) {
                plainEdit($0, seed: year)
            }
            try await measure("\(phase)_push", operations: rowsAYear) {
                try await $0.time { try await device.synchronize(through: account) }
            }
            try reportSizes(phase, device, files)
            guard let joining = try openSynchronizing("joining") else { return }
            try await measure("\(phase)_join", operations: Self.baseRowCount) {
                try await $0.time { try await joining.synchronize(through: account) }
            }
            try report(phase, ["bytes": Double(account.byteCount)])
            try reportEquality(phase, device, joining)
        }
        account.raiseHorizon()
        try await device.synchronize(through: account)
        try reportSizes("history_collected", device, files)
    }

    private func openSynchronizing(_ name: String) throws -> (any SynchronizingEngine)? {
        try open(name).0 as? any SynchronizingEngine
    }

    private func insertPlainly(_ engine: any SyncEngine, _ numbers: Range<Int>) throws {
        try inTransactions(engine, numbers) { try engine.insert(workload.row($0)) }
    }

    private func deletePlainly(_ engine: any SyncEngine, _ numbers: Range<Int>) throws {
        try inTransactions(engine, numbers) { try engine.delete(workload.identifier($0)) }
    }

    private func editPlainly(_ engine: any SyncEngine, seed: Int) throws {
        try inTransactions(engine, 0..<Self.editsADevice) {
            try engine.update(plainEdit($0, seed: seed))
        }
    }

    private func inTransactions(
        _ engine: any SyncEngine, _ numbers: Range<Int>, _ write: (Int) throws -> Void
    ) throws {
        for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: 1000) {
            try engine.write {
                for number in start..<min(start + 1000, numbers.upperBound) { try write(number) }
            }
        }
    }

    /// An edit of one of the rows that stay, another for each seed.
    private func plainEdit(_ index: Int, seed: Int) -> WorkloadEdit {
        workload.edit(
            index + (seed + 1) * Self.editsADevice, amongFirst: Self.baseRowCount)
    }
}
