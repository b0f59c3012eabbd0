import Foundation
import SyncEngines
import Workload

/// One engine going through the workload once, in a process of its own.
final class EngineRun {
    let kind: EngineKind
    let workload: SyncWorkload
    let durability: Durability
    let folder: String
    let phases: Set<Phase>
    private let emit: (PhaseLine) throws -> Void

    /// Takes what to run, an empty folder to run in, and who gets each line of figures.
    init(
        _ options: BenchmarkOptions, kind: EngineKind, folder: String,
        emit: @escaping (PhaseLine) throws -> Void
    ) {
        self.kind = kind
        self.folder = folder
        self.emit = emit
        workload = SyncWorkload(identifiers: options.identifiers, rowCount: options.rowCount)
        durability = options.durability
        phases = options.phases
    }

    /// Goes through all phases.
    func run() async throws {
        let first = try await runPhases()
        if phases.contains(.open) { try await readAfterOpening(first) }
        if phases.contains(.devices) {
            for count in [2, 8, 64] { try await runDevices(count) }
        }
        if phases.contains(.history) { try await runHistory(years: 10) }
    }

    // The replica is closed by leaving this: the last phase opens its files anew.
    private func runPhases() async throws -> DatabaseFiles {
        let (engine, files) = try open("a")
        try await fill(engine, files)
        if phases.contains(.recover) { try await recover(files) }
        if phases.contains(.join) { try await join(files) }
        if let exchanging = engine as? any ExchangingEngine {
            try await exchange(exchanging)
        } else {
            try await editAlone(engine)
        }
        if phases.contains(.singleEdits) {
            try engine.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            try await edit(engine, "W5b", 0..<(workload.rowCount / 10), per: 1, workload.singleEdit)
        }
        try engine.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return files
    }

    /// Opens a new replica.
    func open(_ name: String) throws -> (any SyncEngine, DatabaseFiles) {
        let files = DatabaseFiles(path: "\(folder)/\(name).db")
        try files.remove()
        let engine = try kind.open(files.path, isNew: true, durability: durability)
        return (engine, files)
    }

    /// Measures a phase: `body` starts and stops the watch around what counts.
    @discardableResult
    func measure<Value>(
        _ phase: String, operations: Int, _ body: (inout Stopwatch) async throws -> Value
    ) async throws -> Value {
        var line = PhaseLine(phase: phase)
        ProcessStatus.resetPeak()
        line.figures["rss_kb"] = ProcessStatus.residentKilobytes
        let written = ProcessStatus.writtenBytes
        var watch = Stopwatch()
        let value = try await body(&watch)
        line.figures["ops"] = Double(operations)
        line.figures["cpu_ms"] = watch.cpuMilliseconds
        line.figures["wall_ms"] = watch.wallMilliseconds
        line.figures["wchar"] = ProcessStatus.writtenBytes - written
        line.figures["hwm_kb"] = ProcessStatus.peakKilobytes
        try emit(line)
        return value
    }

    /// Reports figures that are not times.
    func report(_ phase: String, digest: ContentDigest? = nil, _ figures: [String: Double]) throws {
        var line = PhaseLine(phase: phase)
        line.figures = figures
        line.digest = digest.map(\.description)
        try emit(line)
    }
}
