import Foundation
import SyncEngines
import Workload

extension EngineRun {
    private static let baseRowCount = 10_000
    private static let editsADevice = 1000

    /// An account of `count` devices: each edits, the first receives it all, and one more joins.
    func runDevices(_ count: Int) async throws {
        let relay = SegmentRelay()
        var devices: [any ExchangingEngine] = []
        for number in 0..<count {
            let opened = try open("device\(number)", relay: relay).0
            guard let device = opened as? any ExchangingEngine else { return }
            devices.append(device)
        }
        let phase = "devices_\(count)"
        try insertPlainly(devices[0], 0..<Self.baseRowCount)
        let beginning = try await devices[0].exportAll()
        for device in devices.dropFirst() { try await device.apply(beginning) }
        for (number, device) in devices.enumerated() {
            try editPlainly(device, seed: number)
            _ = try await device.exportNew()
        }
        let news = ExchangeMessage(content: .changes, parts: relay.segments, isFinal: true)
        let changes = count * Self.editsADevice
        try await measure("\(phase)_apply", operations: changes) {
            try await $0.time { try await devices[0].apply(news) }
        }
        let files = DatabaseFiles(path: "\(folder)/device0.db")
        try await edit(devices[0], "\(phase)_edit", 0..<1000, per: 1) { plainEdit($0, seed: -1) }
        try reportSizes(phase, devices[0], files)
        _ = try await devices[0].exportNew()
        let (joining, _) = try open("joining", relay: relay)
        guard let joining = joining as? any ExchangingEngine else { return }
        try await measure("\(phase)_join", operations: changes) {
            try await $0.time { try await joining.apply(news) }
        }
        try reportEquality(phase, devices[0], joining)
    }

    /// Years in which a hundred rows a day are made and deleted again, besides 10,000 that stay.
    func runHistory(years: Int) async throws {
        let relay = SegmentRelay()
        let (opened, files) = try open("history", relay: relay)
        guard let device = opened as? any ExchangingEngine else { return }
        try insertPlainly(device, 0..<Self.baseRowCount)
        let rowsAYear = 36_500
        for year in 1...years {
            let first = Self.baseRowCount + (year - 1) * rowsAYear
            let numbers = first..<(first + rowsAYear)
            try await measure("history_\(year)_fill", operations: rowsAYear) { watch in
                try watch.time {
                    try insertPlainly(device, numbers)
                    try deletePlainly(device, numbers)
                }
            }
            guard [1, 5, years].contains(year) else { continue }
            try await edit(device, "history_\(year)_edit", 0..<1000, per: 1) {
                plainEdit($0, seed: year)
            }
            let message = try await measure("history_\(year)_export", operations: 1) {
                try await $0.time { try await device.exportAll() }
            }
            try await reportWire("history_\(year)", message, changes: 1)
            try reportSizes("history_\(year)", device, files)
        }
        let everything = ExchangeMessage(content: .all, parts: relay.segments, isFinal: true)
        guard let joining = try open("joining", relay: relay).0 as? any ExchangingEngine else {
            return
        }
        try await measure("history_\(years)_join", operations: 1) {
            try await $0.time { try await joining.apply(everything) }
        }
        try reportEquality("history_\(years)", device, joining)
    }

    /// An empty replica gets everything while another thread reads one row after the other.
    func readMeanwhile(_ message: ExchangeMessage) async throws {
        guard
            let joining = try open("read").0 as? any ExchangingEngine,
            let read = joining.concurrentRead()
        else { return }
        let reader = ReadingThread(read)
        reader.start()
        try await measure("readers_apply", operations: workload.rowCount) {
            try await $0.time { try await joining.apply(message) }
        }
        let times = try reader.stop()
        try report("readers", ["longest_ms": times.max() ?? 0, "reads": Double(times.count)])
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
