import Foundation
import SyncEngines
import Workload

extension EngineRun {
    /// The phases between two replicas.
    func exchange(_ first: any ExchangingEngine) async throws {
        guard phases.contains(.catchUp) else { return try await editAlone(first) }
        let (opened, otherFiles) = try open("b")
        guard let second = opened as? any ExchangingEngine else { return }
        try await catchUp(first, second)
        try second.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        try report("W4", ["b_size_ckpt": otherFiles.byteCount])
        if phases.contains(.send) { try await send(first, second) }
        if phases.contains(.exchange) { try await bothWays(first, second) }
    }

    private func catchUp(
        _ first: any ExchangingEngine, _ second: any ExchangingEngine
    ) async throws {
        let count = workload.rowCount
        let message = try await measure("W4_export", operations: count) {
            try $0.time(first.exportAll)
        }
        try reportWire("W4", message, changes: count)
        try first.markExchanged()
        try await measure("W4_apply", operations: count) {
            try $0.time { try second.apply(message) }
        }
        try second.markExchanged()
        try reportEquality("W4", first, second)
    }

    private func send(_ first: any ExchangingEngine, _ second: any ExchangingEngine) async throws {
        let count = workload.rowCount / 100
        try await edit(first, "W5_edit", 0..<count, per: 1, workload.sentEdit)
        let message = try await measure("W5_export", operations: count) {
            try $0.time(first.exportNew)
        }
        try reportWire("W5", message, changes: count)
        try first.markExchanged()
        try await measure("W5_apply", operations: count) {
            try $0.time { try second.apply(message) }
        }
        try second.markExchanged()
        try reportEquality("W5", first, second)
    }

    private func bothWays(
        _ first: any ExchangingEngine, _ second: any ExchangingEngine
    ) async throws {
        let count = workload.twoWayCount
        try await edit(first, "W6_edit_a", 0..<count, per: 1000) {
            workload.twoWayEdit($0, bySecond: false)
        }
        // The second replica's edits must be later on the clock that decides conflicts.
        usleep(5000)
        try await edit(second, "W6_edit_b", (count / 2)..<(count * 3 / 2), per: 1000) {
            workload.twoWayEdit($0, bySecond: true)
        }
        let ours = try await measure("W6_export_a", operations: count) {
            try $0.time(first.exportNew)
        }
        let theirs = try await measure("W6_export_b", operations: count) {
            try $0.time(second.exportNew)
        }
        try reportWire("W6", ours, changes: count)
        try await measure("W6_apply_b", operations: count) {
            try $0.time { try second.apply(ours) }
        }
        try await measure("W6_apply_a", operations: count) {
            try $0.time { try first.apply(theirs) }
        }
        try reportEquality("W6", first, second)
    }

    private func reportWire(_ phase: String, _ message: ExchangeMessage, changes: Int) throws {
        var watch = Stopwatch()
        let compressed = try watch.time {
            try message.compress?().reduce(0) { $0 + $1.count }
                ?? Zstandard.compressedByteCount(message.parts)
        }
        try report(
            phase,
            [
                "wire_raw": Double(message.byteCount), "wire_zstd3": Double(compressed),
                "zstd3_ms": watch.cpuMilliseconds, "changes": Double(changes),
            ])
    }

    /// Reports whether two replicas hold the same.
    func reportEquality(
        _ phase: String, _ first: any SyncEngine, _ second: any SyncEngine
    ) throws {
        let digests = (try digest(of: first), try digest(of: second))
        try report(phase, digest: digests.0, ["ok": digests.0 == digests.1 ? 1 : 0])
    }
}
