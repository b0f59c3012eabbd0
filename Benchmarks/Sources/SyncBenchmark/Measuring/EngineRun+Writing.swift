import Foundation
import SyncEngines
import Workload

extension EngineRun {
    // Rows and edits are made in batches, outside the clock.
    private static let batch = 1000

    /// The phases that write on one replica.
    func fill(_ engine: any SyncEngine, _ files: DatabaseFiles) async throws {
        let (bulk, all) = (workload.rowCount, workload.allRowCount)
        try await insert(engine, "W1", 0..<bulk, per: Self.batch)
        try reportSizes("W1", engine, files)
        try await insert(engine, "W1b", bulk..<all, per: 1)
        try await edit(engine, "W2", 0..<bulk, per: Self.batch, workload.bulkEdit)
        try await measure("W2_settle", operations: 1) { try $0.time(engine.settle) }
        try reportSizes("W2", engine, files)
        try await delete(engine)
        try reportSizes("W3", engine, files)
    }

    /// The edits that other engines also exchange, for one that cannot.
    func editAlone(_ engine: any SyncEngine) async throws {
        if phases.contains(.send) {
            let sent = 0..<(workload.rowCount / 100)
            try await edit(engine, "W5_edit", sent, per: 1, workload.sentEdit)
        }
        if phases.contains(.exchange) {
            let cells = 0..<workload.twoWayCount
            try await edit(engine, "W6_edit_a", cells, per: Self.batch) {
                workload.twoWayEdit($0, bySecond: false)
            }
        }
    }

    /// Makes edits, `per` a transaction.
    func edit(
        _ engine: any SyncEngine, _ phase: String, _ numbers: Range<Int>, per: Int,
        _ make: (Int) -> WorkloadEdit
    ) async throws {
        try await inBatches(phase, numbers, make) { edits, watch in
            try watch.time {
                for start in stride(from: 0, to: edits.count, by: per) {
                    try engine.write {
                        for index in start..<(start + per) { try engine.update(edits[index]) }
                    }
                }
            }
        }
    }

    private func insert(
        _ engine: any SyncEngine, _ phase: String, _ numbers: Range<Int>, per: Int
    ) async throws {
        try await inBatches(phase, numbers, workload.row) { rows, watch in
            try watch.time {
                for start in stride(from: 0, to: rows.count, by: per) {
                    try engine.write {
                        for index in start..<(start + per) { try engine.insert(rows[index]) }
                    }
                }
            }
        }
    }

    private func delete(_ engine: any SyncEngine) async throws {
        let numbers = 0..<workload.deletedCount
        try await inBatches("W3", numbers, workload.deletedIdentifier) { ids, watch in
            try watch.time {
                try engine.write {
                    for id in ids { try engine.delete(id) }
                }
            }
        }
    }

    private func inBatches<Item>(
        _ phase: String, _ numbers: Range<Int>, _ make: (Int) -> Item,
        _ write: ([Item], inout Stopwatch) throws -> Void
    ) async throws {
        try await measure(phase, operations: numbers.count) { watch in
            for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.batch) {
                let items = (start..<min(start + Self.batch, numbers.upperBound)).map(make)
                try write(items, &watch)
            }
        }
    }
}
