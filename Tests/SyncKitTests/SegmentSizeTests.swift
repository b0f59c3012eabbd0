import SyncKit
import TestSupport
import Testing

/// What is sealed is small: each kind of column in the form that suits it.
@Suite struct SegmentSizeTests {
    private static let rows = 3000

    /// Integers of one character each, and how many bytes a row they may take once sealed.
    static let columns: [(name: String, bytes: Double, numbers: [Int64])] = {
        var generator = SeededGenerator(seed: 71)
        let rows = 0..<Self.rows
        return [
            ("rising", 0.1, rows.map { Int64($0) * 10_000 }),
            ("equal", 0.1, rows.map { _ in .max }),
            // 5.8 bits each.
            ("few", 0.85, rows.map { _ in 512 + 64 * Int64(generator.below(57)) }),
            ("few and far", 0.4, rows.map { _ in [.min, .max, 0, 1 << 50][generator.below(4)] }),
            // 15.9 bits each.
            ("random", 2.4, rows.map { _ in 1 << 40 + Int64(generator.below(60_000)) }),
            ("negative", 2.4, rows.map { _ in -70_000 + Int64(generator.below(60_000)) }),
            ("far apart", 9.5, rows.map { _ in Int64(bitPattern: generator.next()) }),
        ]
    }()

    // Goal: every column of integers comes back, and takes little more than what it says.
    @Test(arguments: columns.indices)
    func integersAreSmall(index: Int) throws {
        let (name, bytes, numbers) = Self.columns[index]
        let batch = try Self.batch { .integer(numbers[$0]) }
        let empty = try Self.batch { _ in .null }
        let taken = try Self.sealedBytes(batch) - Self.sealedBytes(empty)
        #expect(Double(taken) / Double(Self.rows) < bytes, "\(name)")
        #expect(try ChangeBatch(decoding: batch.encoded()) == batch, "\(name)")
    }

    // Goal: 16 texts in random order are a dictionary: 4 bits each.
    @Test func fewTextsAreSmall() throws {
        var generator = SeededGenerator(seed: 72)
        let texts = (0..<Self.rows).map { _ in "a licence, number \(generator.below(16))" }
        let taken =
            try Self.sealedBytes(Self.batch { .text(texts[$0]) })
            - Self.sealedBytes(Self.batch { _ in .null })
        #expect(Double(taken) / Double(Self.rows) < 0.6)
    }

    // Goal: a batch that is compressed in blocks is smaller than in one piece, and opens alike.
    // Method: rows whose keys are random, beside texts of few words.
    @Test func blocksAtSectionsSaveBytes() throws {
        var generator = SeededGenerator(seed: 73)
        let texts = (0..<Self.rows).map { _ in
            (0..<6).map { _ in "word\(generator.below(900))" }.joined(separator: " ")
        }
        let encoded = try Self.batch { .text(texts[$0]) }.encodedInSections()
        #expect(encoded.sectionEnds == encoded.sectionEnds.sorted())
        #expect(encoded.sectionEnds.allSatisfy { $0 <= encoded.bytes.count })
        let whole = try Self.seal(encoded.bytes, [])
        let blocks = try Self.seal(encoded.bytes, encoded.sectionEnds)
        #expect(Double(blocks.bytes.count) < 0.98 * Double(whole.bytes.count))
        #expect(try Self.sealer().open(blocks) == encoded.bytes)
    }

    // Goal: of a thousand one-cell transactions each takes its key, its value and little besides.
    @Test func smallEditsAreSmall() throws {
        let bench = try MergeBench(seed: 74)
        let store = try bench.open()
        let count = 1000
        try store.run(
            """
            WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers
            LIMIT \(count)) INSERT INTO items(id, title) SELECT randomblob(16), n FROM numbers
            """)
        _ = try bench.seal(store)
        for number in 0..<count {
            bench.time.advance(by: UInt64(number % 3))
            try store.run(
                "UPDATE items SET title = 'edited' WHERE rowid = \((number * 7919) % count + 1)")
        }
        // 16 of the key; of the value and the stamp hardly anything.
        let sealed = try bench.seal(store)
        #expect(sealed.bytes.count < 18 * count)
    }

    private static func batch(_ value: (Int) -> SQLValue) throws -> ChangeBatch {
        var generator = SeededGenerator(seed: 75)
        var batch = ChangeBatch()
        let time = HybridTimestamp(milliseconds: 1_700_000_000_000, counter: 0)
        batch.stamps = [.init(stamp: Stamp(time: time, replica: 1), causalCursor: 0)]
        var changes = TableChanges(table: 1)
        var cells = CellColumn()
        for row in 0..<rows {
            changes.rows.keys.append(try #require(RowKey(generator.bytes(16))))
            changes.rows.createdStamps.append(0)
            cells.append(value(row))
        }
        changes.rows.columns = [.init(id: 1, cells: cells)]
        batch.tables = [changes]
        return batch
    }

    private static func sealedBytes(_ batch: ChangeBatch) throws -> Int {
        let encoded = batch.encodedInSections()
        return try seal(encoded.bytes, encoded.sectionEnds).bytes.count
    }

    private static func seal(_ bytes: [UInt8], _ sectionEnds: [Int]) throws -> SealedSegment {
        let replica = try #require(ReplicaID([UInt8](repeating: 5, count: 16)))
        return try sealer().seal(
            bytes, sectionEnds: sectionEnds, replica: replica, number: 1,
            previous: [UInt8](repeating: 0, count: 32),
            highestStamp: HybridTimestamp(milliseconds: 1_700_000_000_000, counter: 0))
    }

    private static func sealer() throws -> SegmentSealer {
        SegmentSealer(keys: try #require(Gallery.keys()), account: Gallery.account)
    }
}
