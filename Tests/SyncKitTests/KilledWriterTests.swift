import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// A program that is killed at any moment loses nothing that it committed.
@Suite struct KilledWriterTests {
    private static let pathName = "ATELIER_KILLED_WRITER_PATH"
    private static let seedName = "ATELIER_KILLED_WRITER_SEED"
    private static let timeName = "ATELIER_KILLED_WRITER_TIME"

    /// Not a test: the program that is killed. It writes for ever and says what it committed.
    @Test(.enabled(if: ProcessInfo.processInfo.environment[pathName] != nil))
    func writeUntilKilled() throws {
        let environment = ProcessInfo.processInfo.environment
        let path = try #require(environment[Self.pathName])
        let seed = try #require(environment[Self.seedName].flatMap(UInt64.init))
        let now = try #require(environment[Self.timeName].flatMap(UInt64.init))
        let time = SimulatedTime(milliseconds: now, seed: seed)
        var generator = SeededGenerator(seed: seed)
        let store = try Workshop.open(path, time.environment())
        let sealer = SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
        // Bounded, so that a child whose parent died ends by itself.
        for step in 0..<100_000 {
            let name = "\(seed) \(step)"
            time.advance(by: 1)
            try store.write { db in
                try db.execute(sql: "INSERT INTO tags(tag) VALUES(?)", arguments: [name])
                try db.execute(
                    sql: "UPDATE items SET title = ?, plays = plays + 1", arguments: [name])
                if generator.oneIn(3) {
                    try db.execute(
                        sql: """
                            DELETE FROM items WHERE plays > 5;
                            INSERT INTO items(id, title) VALUES(randomblob(16), ?)
                            """, arguments: [name])
                }
            }
            FileHandle.standardError.write(Data("committed \(name)\n".utf8))
            if generator.oneIn(8) { try store.sealPending(with: sealer) }
        }
    }

    // Goal: after kill -9 in a loop of writes and seals, every commit that was answered is there
    // and
    // reaches another device, and nothing is sent twice as different changes.
    // Method: the child is this same test program; it is killed after a random number of answers,
    // six times on one file, with an exchange in between now and then.
    @Test(arguments: SeededGenerator.seeds(3))
    func nothingCommittedIsMissed(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 2)
        try fleet[0].run("INSERT INTO items(id, title) VALUES(randomblob(16), 'base')")
        var committed: Set<String> = []
        for round in 0..<6 {
            committed.formUnion(
                try Self.killedWriter(
                    fleet.devices[0].path, seed: seed &+ UInt64(round), at: fleet.time.now,
                    after: 1 + generator.below(60)))
            fleet.time.advance(by: 100_000)
            if generator.oneIn(2) {
                fleet.server.lose(oneIn: 3)
                _ = try await fleet.mayBreakOff(0)
            }
        }
        try fleet.devices[0].reopen()
        try await fleet.settle()
        try fleet.expectAgreement(nil, "seed \(seed)")
        let tags = try fleet[1].read { try String.fetchAll($0, sql: "SELECT tag FROM tags") }
        #expect(committed.isSubset(of: Set(tags)), "seed \(seed)")
        #expect(Set(tags).count == tags.count, "seed \(seed)")
        try Self.expectNoContradiction(fleet.server.segments, seed)
    }

    /// Runs the child and kills it after it said so many times that it committed.
    private static func killedWriter(
        _ path: String, seed: UInt64, at time: UInt64, after answers: Int
    ) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe")
        process.arguments = [
            "--testing-library", "swift-testing", "--filter", "writeUntilKilled",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([
            pathName: path, seedName: "\(seed)", timeName: "\(time)",
        ]) { $1 }
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        try process.start()
        var text = ""
        while text.components(separatedBy: "committed ").count <= answers {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        kill(process.processIdentifier, SIGKILL)
        text += String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        // The last line may be cut.
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("committed ") }
        #expect(lines.count >= answers, "\(text.suffix(500))")
        return lines.dropLast(text.hasSuffix("\n") ? 0 : 1).map {
            String($0.dropFirst("committed ".count))
        }
    }

    /// One stamp says one thing of one cell, in however many segments.
    private static func expectNoContradiction(_ segments: [SealedSegment], _ seed: UInt64) throws {
        struct Cell: Hashable {
            let stamp: Stamp
            let key: RowKey
            let column: ColumnID
        }
        let sealer = SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
        var values: [Cell: SQLValue] = [:]
        for segment in segments {
            let batch = try ChangeBatch(decoding: try sealer.open(segment))
            for changes in batch.tables {
                for column in changes.updates.columns {
                    for index in column.rows.indices {
                        let cell = Cell(
                            stamp: batch.stamps[Int(column.stamps[index])].stamp,
                            key: changes.updates.keys[Int(column.rows[index])], column: column.id)
                        let value = column.cells[index]
                        #expect(values[cell] == nil || values[cell] == value, "seed \(seed)")
                        values[cell] = value
                    }
                }
            }
        }
    }
}
