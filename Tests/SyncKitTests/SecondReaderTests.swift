import Foundation
import GRDB
import SyncKit
import TestSupport
import Testing

/// What travels is what Docs/PROTOCOL.md says: a second reader, written from it in another
/// language, finds the same inside.
@Suite struct SecondReaderTests {
    // Goal: both readers agree on every part of the format.
    // Method: two replicas write and exchange at random; all that went over the wire, and a whole
    // state, is read by both.
    @Test(arguments: SeededGenerator.seeds(4))
    func bothReadersAgree(seed: UInt64) async throws {
        print("seed \(seed)")
        let folder = try TemporaryFolder()
        let time = SimulatedTime(seed: seed)
        let server = SimulatedServer(time: time, seed: seed)
        var generator = SeededGenerator(seed: seed)
        let stores = try (0..<2).map { index in
            try Self.open(folder.path("\(index).sqlite"), time.environment())
        }
        for _ in 0..<12 {
            time.advance(by: UInt64(generator.below(5000)))
            let index = generator.below(2)
            try Self.write(to: stores[index], &generator)
            guard generator.oneIn(2) else { continue }
            _ = try await Pair.synchronizer(stores[index], server.transport(for: index)).run()
        }
        for index in [0, 1, 0] {
            _ = try await Pair.synchronizer(stores[index], server.transport(for: index)).run()
        }
        var segments = server.segments
        _ = try stores[0].exportState(with: Self.sealer()) { segments.append($0) }
        let batches = try segments.map { try ChangeBatch(decoding: Self.sealer().open($0)) }
        // The writes were such that every part occurs.
        let tables = batches.flatMap(\.tables)
        #expect(tables.contains { !$0.rows.exceptions.isEmpty && !$0.rows.causalLengths.isEmpty })
        #expect(tables.contains { $0.deletes.count > 0 })
        #expect(tables.contains { $0.updates.count > 0 })
        #expect(tables.contains { !$0.counts.isEmpty })
        let expected = zip(segments, batches).flatMap { $0.lines + $1.lines }
        #expect(try Self.read(segments, in: folder) == expected, "seed \(seed)")
    }

    // Goal: what was sealed by an earlier build is read for ever as it was meant.
    // Method: a segment and its contents that are kept in the repository and never edited.
    @Test func theKeptSegmentReadsAsBefore() throws {
        let vectors = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Vectors/4")
        try Self.writeMissing(in: vectors)
        let hex = try String(
            contentsOf: vectors.appending(path: "segment.hex"), encoding: .utf8)
        let expected = try String(
            contentsOf: vectors.appending(path: "segment.txt"), encoding: .utf8
        ).split(separator: "\n").map(String.init)
        let segment = try SealedSegment(bytes: Self.bytes(hex))
        let batch = try ChangeBatch(decoding: Self.sealer().open(segment))
        #expect(segment.lines + batch.lines == expected)
        #expect(try ChangeBatch(decoding: batch.encoded()) == batch)
        let folder = try TemporaryFolder()
        #expect(try Self.read([segment], in: folder) == expected)
    }

    /// Run with `ATELIER_WRITE_VECTORS=1` to write the segment where it is missing.
    private static func writeMissing(in folder: URL) throws {
        let file = folder.appending(path: "segment.hex")
        guard
            !FileManager.default.fileExists(atPath: file.path),
            ProcessInfo.processInfo.environment["ATELIER_WRITE_VECTORS"] != nil
        else { return }
        var generator = SeededGenerator(seed: 3)
        let batch = RandomBatch.make(&generator)
        let replica = try #require(ReplicaID((0..<16).map { UInt8(0x50 + $0) }))
        let segment = try sealer().seal(
            batch.encoded(), replica: replica, number: 1,
            previous: [UInt8](repeating: 0, count: 32), highestStamp: batch.highestStamp.time)
        let digits = segment.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let lines = stride(from: 0, to: digits.count, by: 96).map {
            digits.dropFirst($0).prefix(96) + "\n"
        }
        try Data(lines.joined().utf8).write(to: file)
        let text = (segment.lines + batch.lines).map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: folder.appending(path: "segment.txt"))
    }

    private static func sealer() throws -> SegmentSealer {
        SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
    }

    private static func bytes(_ hex: String) throws -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    /// The lines that `Scripts/read-segment` prints.
    private static func read(
        _ segments: [SealedSegment], in folder: TemporaryFolder
    ) throws -> [String] {
        let key = folder.path("key")
        try String(repeating: "07", count: 32).write(
            toFile: key, atomically: true, encoding: .utf8)
        let paths = try segments.enumerated().map { index, segment in
            let path = folder.path("segment-\(index)")
            try Data(segment.bytes).write(to: URL(filePath: path))
            return path
        }
        let script = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Scripts/read-segment").path
        return try Shell.run([script, "--key", key] + paths).split(separator: "\n")
            .map(String.init)
    }

    private static func open(_ path: String, _ environment: SyncEnvironment) throws -> SyncStore {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("things") { db in
            for name in ["things", "others"] {
                try db.execute(
                    sql: """
                        CREATE TABLE \(name)(id BLOB PRIMARY KEY NOT NULL, label TEXT, any,
                        tally INTEGER NOT NULL DEFAULT 0)
                        """)
            }
        }
        let columns = [
            SyncedColumn("label", id: 1), SyncedColumn("any", id: 4),
            SyncedColumn("tally", id: 60, .counter),
        ]
        return try SyncStore(
            path: path,
            schema: try SyncSchema(tables: [
                SyncedTable("things", id: 1, columns: columns),
                SyncedTable("others", id: 249, columns: columns),
            ]), migrator: migrator, environment: environment)
    }

    /// A bulk insert with texts that repeat, then edits, deletes and rows that are born again.
    private static func write(to store: SyncStore, _ generator: inout SeededGenerator) throws {
        let table = generator.oneIn(2) ? "things" : "others"
        try store.write { db in
            for _ in 0..<generator.below(40) {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO \(table)(id, label, any) VALUES(?, ?, ?)",
                    arguments: [
                        key(&generator), "label \(generator.below(3)) \\ \u{e9}",
                        value(&generator),
                    ])
            }
        }
        try store.write { db in
            for _ in 0..<generator.below(8) {
                let change = ["any = ?", "tally = tally + 3, any = ?", "label = ?"]
                try db.execute(
                    sql: "UPDATE \(table) SET \(change[generator.below(3)]) WHERE id = ?",
                    arguments: [value(&generator), key(&generator)])
            }
            try db.execute(
                sql: "DELETE FROM \(table) WHERE id = ?", arguments: [key(&generator)])
        }
    }

    private static func key(_ generator: inout SeededGenerator) -> Data {
        Data([UInt8](repeating: 0, count: 15) + [UInt8(generator.below(50))])
    }

    private static func value(_ generator: inout SeededGenerator) -> DatabaseValue {
        switch generator.below(6) {
        case 0: .null
        case 1: Int64(bitPattern: generator.next()).databaseValue
        case 2: (Double(generator.below(1000)) / 7).databaseValue
        case 3: String(repeating: "long ", count: generator.below(60)).databaseValue
        case 4: Data(generator.bytes(generator.below(20))).databaseValue
        default: generator.below(100).databaseValue
        }
    }
}
