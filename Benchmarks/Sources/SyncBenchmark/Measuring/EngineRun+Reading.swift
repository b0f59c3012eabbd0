import Foundation
import SyncEngines
import Workload

extension EngineRun {
    /// Opens a closed database and reads a hundred rows, first from disk, then from memory.
    func readAfterOpening(_ files: DatabaseFiles) async throws {
        let ids = (0..<100).map(workload.readIdentifier)
        files.dropFromMemory()
        for phase in ["W7_cold", "W7_warm"] {
            try await measure(phase, operations: ids.count) { watch in
                // Closing is outside the clock: the engine leaves with this closure.
                let engine = try watch.time {
                    let engine = try kind.open(
                        files.path, isNew: false, durability: durability)
                    try engine.read { try Self.read(ids, from: $0) }
                    return engine
                }
                try engine.read { _ in }
            }
        }
    }

    /// Opens what a crash would leave of a replica that has sent nothing yet.
    func recover(_ files: DatabaseFiles) async throws {
        try await withCopy(of: files) { copy in
            try await measure("recover", operations: 1) { watch in
                let engine = try watch.time {
                    let engine = try kind.open(copy.path, isNew: false, durability: durability)
                    try engine.recover()
                    return engine
                }
                try engine.read { _ in }
            }
        }
    }

    /// Copies what is on disk while the database is open, as a crash would leave it.
    func withCopy(
        of files: DatabaseFiles, _ body: (DatabaseFiles) async throws -> Void
    ) async throws {
        let copy = DatabaseFiles(path: "\(folder)/copy.db")
        try files.copy(to: copy)
        try await body(copy)
        try copy.remove()
    }

    /// Reports what the database takes on disk, and the digest of its content.
    func reportSizes(_ phase: String, _ engine: any SyncEngine, _ files: DatabaseFiles) throws {
        let asIs = files.byteCount
        var watch = Stopwatch()
        try watch.time { try engine.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        let vacuumed = DatabaseFiles(path: "\(files.path).vacuumed")
        try vacuumed.remove()
        try engine.connection.execute("VACUUM INTO '\(vacuumed.path)'")
        try report(
            phase, digest: try digest(of: engine),
            [
                "size_asis": asIs, "size_ckpt": files.byteCount,
                "size_vacuum": vacuumed.byteCount, "ckpt_ms": watch.wallMilliseconds,
                "ckpt_cpu_ms": watch.cpuMilliseconds,
            ])
        try vacuumed.remove()
    }

    /// The digest of all rows.
    func digest(of engine: any SyncEngine) throws -> ContentDigest {
        let rows = try engine.connection.prepare(
            "SELECT id, \(BenchmarkSettings.columns) FROM works ORDER BY id")
        var digest = ContentDigest()
        while try rows.step() {
            digest.add(rows.bytes(0))
            for column in WorkloadColumn.allCases {
                let place = column.rawValue + 1
                if column.kind == .integer {
                    digest.add(rows.integer(place))
                } else {
                    digest.add(rows.bytes(place))
                }
            }
        }
        return digest
    }

    private static func read(_ ids: [Data], from connection: SQLiteConnection) throws {
        let row = try connection.prepare(
            "SELECT \(BenchmarkSettings.columns) FROM works WHERE id = ?")
        var read = 0
        for id in ids {
            row.bind(id, at: 1)
            guard try row.step() else { preconditionFailure("every row that is read is there") }
            for column in WorkloadColumn.allCases {
                if column.kind == .integer {
                    read &+= Int(row.integer(column.rawValue))
                } else {
                    read &+= row.bytes(column.rawValue).count
                }
            }
            row.reset()
        }
        precondition(read != 0, "the rows have content")
    }
}
