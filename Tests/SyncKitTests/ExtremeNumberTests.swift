import GRDB
import SyncKit
import TestSupport
import Testing

/// No number from outside ends the program.
@Suite struct ExtremeNumberTests {
    /// A server whose numbers are drawn from the ends of what there is.
    private struct Extreme: Transport {
        let base: SimulatedDevice
        let seed: UInt64
        private static let ends: [Int64] = [
            .min, .min + 1, -1, 0, 1, 1 << 31, 1 << 53, .max - 1, .max,
        ]

        private func draw(_ question: Int64) -> (Int64) -> Int64 {
            { right in
                var generator = SeededGenerator(
                    seed: seed &+ UInt64(bitPattern: question &* 31 &+ right))
                return generator.oneIn(3)
                    ? Self.ends[generator.below(Self.ends.count)] : right
            }
        }

        private func changed(_ state: ServerState, _ question: Int64) -> ServerState {
            let draw = draw(question)
            let drawSequence = { (sequence: ServerSequence, shift: Int64) in
                ServerSequence(draw(sequence.rawValue + shift))
            }
            return ServerState(
                milliseconds: draw(state.milliseconds), epoch: Int(draw(Int64(state.epoch) + 1)),
                head: drawSequence(state.head, 2), floor: drawSequence(state.floor, 3),
                horizon: drawSequence(state.horizon, 4))
        }

        func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
            let answer = try await base.push(segment)
            return PushAcknowledgement(
                sequence: ServerSequence(draw(1)(answer.sequence.rawValue)),
                historyHash: answer.historyHash,
                server: changed(answer.server, 2))
        }

        func pull(_ request: PullRequest) async throws -> PulledPage {
            let page = try await base.pull(request)
            return PulledPage(
                segments: page.segments.map {
                    SequencedSegment(
                        sequence: ServerSequence(draw(3)($0.sequence.rawValue)), bytes: $0.bytes)
                }, historyHash: page.historyHash, isOtherHistory: page.isOtherHistory,
                server: changed(page.server, 4 &+ request.sequence.rawValue))
        }

        func push(_ chunk: SnapshotChunk) async throws { try await base.push(chunk) }

        func newestSnapshot() async throws -> SnapshotManifest? {
            guard let newest = try await base.newestSnapshot() else {
                return SnapshotManifest(
                    id: [], cursor: ServerSequence(draw(5)(7)), chunkCount: Int(draw(6)(8)))
            }
            return SnapshotManifest(
                id: newest.id, cursor: ServerSequence(draw(7)(newest.cursor.rawValue)),
                chunkCount: Int(draw(8)(Int64(newest.chunkCount))))
        }

        func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
            try await base.chunk(index, of: snapshot)
        }
    }

    // Goal: whatever numbers a server says, the program goes on, no row is lost, and with honest
    // answers all agree.
    // Method: from printed seeds, answers with one number in three at an end of its kind.
    @Test(arguments: SeededGenerator.seeds(60))
    func aServersNumbersAreHarmless(seed: UInt64) async throws {
        let fleet = try Fleet(seed: 171, devices: 2)
        for index in 0...1 { try fleet[index].run("INSERT INTO tags(tag) VALUES('\(index)')") }
        try await fleet.settle()
        try await fleet.makeSnapshot(by: 0)
        for round in 0..<12 {
            let index = round % 2
            try fleet[index].run("INSERT INTO tags(tag) VALUES('round \(round)')")
            let extreme = Extreme(base: fleet.transport(index), seed: seed &+ UInt64(round))
            do { try await fleet.sync(index, over: extreme) } catch {}
            #expect(try (fleet[index].value("SELECT count(*) FROM tags") ?? 0) >= 2 + round / 2)
        }
        for _ in 0..<2 { try await fleet.settle() }
        try fleet.expectAgreement(nil, "seed \(seed)")
        #expect(try fleet[0].value("SELECT count(*) FROM tags") == 14, "seed \(seed)")
    }

    private static let values = [
        "-9223372036854775808", "9223372036854775807", "0", "1e300", "-1e300", "9e999", "-9e999",
        "-0.0", "5e-324", "9223372036854775808.0", "-9223372036854775809.0", "''", "x''", "NULL",
    ]

    // Goal: every value that another program can write reaches the other devices as it is, in
    // columns of each policy.
    // Method: the sqlite3 shell writes all values into each column that takes them, twice.
    @Test func rowsOfTheShellAreHarmless() async throws {
        let fleet = try Fleet(seed: 172, devices: 2)
        for (number, value) in Self.values.enumerated() {
            let key = "x'" + String(repeating: "0", count: 30) + "\(number + 10)'"
            let next = Self.values[(number + 5) % Self.values.count]
            try Shell.sqlite(
                fleet.devices[0].path,
                """
                INSERT INTO items(id, title, origin, best) VALUES(\(key), \(value), \(value),
                \(value)); UPDATE items SET title = \(next) WHERE id = \(key);
                UPDATE OR IGNORE items SET plays = \(number % 2 == 0 ? Int64.max : .min)
                WHERE id = \(key)
                """)
            try fleet[1].run("INSERT INTO items(id, best) VALUES(\(key), \(next))")
            try fleet[1].run("UPDATE items SET plays = 9223372036854775807")
        }
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[0].diagnose().isHealthy && fleet[1].diagnose().isHealthy)
    }

    // Goal: a row at the first and last place that SQLite has.
    @Test func rowsAtTheEndsOfTheirTable() async throws {
        let fleet = try Fleet(seed: 173, devices: 2)
        for rowID in [Int64.min, .min + 1, -1, 0, .max - 1] {
            try fleet[0].run("INSERT INTO items(_rowid_, id) VALUES(\(rowID), randomblob(16))")
            try Shell.sqlite(
                fleet.devices[0].path,
                """
                INSERT INTO tags(_rowid_, tag) VALUES(\(rowID), 'shell'); UPDATE tags SET tag = 'x'
                """)
        }
        #expect(throws: StoreError.self) {
            try fleet[0].run("INSERT INTO items(_rowid_, id) VALUES(\(Int64.max), randomblob(16))")
        }
        try Shell.sqlite(
            fleet.devices[0].path, "INSERT INTO tags(_rowid_, tag) VALUES(\(Int64.max), 'shell')",
            expecting: 19)
        try fleet[0].run("DELETE FROM items WHERE _rowid_ = \(Int64.max - 1)")
        try await fleet.settle()
        try fleet.expectAgreement()
        #expect(try fleet[1].value("SELECT count(*) FROM items") == 4)
        #expect(try fleet[1].value("SELECT count(*) FROM tags WHERE tag = 'x'") == 5)
        #expect(try fleet[0].diagnose().isHealthy)
    }
}
