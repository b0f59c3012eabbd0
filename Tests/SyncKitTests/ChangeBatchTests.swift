import SyncKit
import TestSupport
import Testing

/// The wire form of changes: what is written is read, and nothing else is believed.
@Suite struct ChangeBatchTests {
    // Goal: what is encoded is decoded, for every kind of value and change; and encodes the same.
    @Test(arguments: SeededGenerator.seeds(300))
    func roundTrips(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let batch = RandomBatch.make(&generator)
        let bytes = batch.encoded()
        let decoded = try ChangeBatch(decoding: bytes)
        #expect(decoded == batch, "seed \(seed)")
        #expect(decoded.encoded() == bytes, "seed \(seed)")
        #expect(try ChangeBatch(decoding: ChangeBatch().encoded()) == ChangeBatch())
    }

    // Goal: no beginning of a batch is taken for a batch, nor one with a byte more.
    @Test(arguments: SeededGenerator.seeds(6))
    func everyTruncationIsRefused(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = RandomBatch.make(&generator).encoded()
        for count in 0..<min(bytes.count, 2000) {
            #expect(throws: CodecError.self, "\(count) bytes, seed \(seed)") {
                try ChangeBatch(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: CodecError.self) { try ChangeBatch(decoding: bytes + [0]) }
    }

    // Goal: damaged bytes are refused, or read as changes that can be written again; no crash.
    // Method: each byte of a batch with every bit flipped, and set to 0 and to 255.
    @Test(arguments: SeededGenerator.seeds(4))
    func everyDamagedByteIsHarmless(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed &+ 1)
        let bytes = RandomBatch.make(&generator).encoded()
        var refused = 0
        for index in bytes.indices.prefix(700) {
            for byte in [0, 255] + (0..<8).map({ bytes[index] ^ 1 << UInt8($0) }) {
                var damaged = bytes
                damaged[index] = byte
                do throws(CodecError) {
                    let batch = try ChangeBatch(decoding: damaged)
                    let again = try ChangeBatch(decoding: batch.encoded())
                    #expect(again == batch)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 0, "seed \(seed)")
    }

    // Goal: random bytes are refused or harmless too, and never take much memory.
    @Test(arguments: SeededGenerator.seeds(4))
    func randomBytesAreHarmless(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let version = try #require(ChangeBatch().encoded().first)
        var reasons: Set<String> = []
        for _ in 0..<3000 {
            let start = [version, UInt8(generator.below(2))]
            do {
                let bytes = start + generator.bytes(generator.below(200))
                _ = try ChangeBatch(decoding: bytes).encoded()
            } catch {
                reasons.insert("\(error)")
            }
        }
        // The bytes reach the reader behind the version, and stop it in more than one place.
        #expect(reasons.count > 1, "seed \(seed): \(reasons)")
        #expect(!reasons.contains("\(CodecError.invalid("version"))"), "seed \(seed)")
    }

    // Goal: table and column ids, and the size of a text, are taken at their limits and refused one
    // past.
    @Test func idsAndSizesHaveLimits() throws {
        let key = try #require(RowKey([UInt8](repeating: 1, count: 16)))
        let stamp = Stamp(time: .zero, replica: 1)
        func decode(table: TableID = 1, column: ColumnID = 1, bytes: Int = 0) throws -> ChangeBatch
        {
            let value = SQLValue.blob([UInt8](repeating: 0, count: bytes))
            return try ChangeBatch(
                decoding: ChangeBatch.update(key, table: table, column: column, stamp, value)
                    .encoded())
        }
        #expect(try decode(table: 250, column: 60, bytes: Limits.rowBytes).changeCount == 1)
        #expect(throws: CodecError.invalid("table")) { try decode(table: 251) }
        #expect(throws: CodecError.invalid("table")) { try decode(table: 0) }
        #expect(throws: CodecError.invalid("column")) { try decode(column: 61) }
        #expect(throws: CodecError.invalid("column")) { try decode(column: 0) }
        #expect(throws: CodecError.invalid("length")) { try decode(bytes: Limits.rowBytes + 1) }
    }

    // Goal: few bytes cannot stand for more memory than the limits allow.
    @Test func expansionHasALimit() throws {
        func batch(rows: Int, columns: Int, value: SQLValue) -> ChangeBatch {
            var changes = TableChanges(table: 1)
            var cells = CellColumn()
            for row in 0..<rows {
                let zeros = [UInt8](repeating: 0, count: 10)
                changes.rows.keys.append(RowKey(milliseconds: UInt64(row), randomBytes: zeros))
                changes.rows.createdStamps.append(0)
                cells.append(value)
            }
            changes.rows.columns = (1...columns).map {
                .init(id: ColumnID(UInt8($0)), cells: cells)
            }
            var batch = ChangeBatch()
            batch.stamps = [.init(stamp: .init(time: .zero, replica: 1), causalCursor: 0)]
            batch.tables = [changes]
            return batch
        }
        let large = SQLValue.blob([UInt8](repeating: 0, count: Limits.rowBytes))
        let rows = Limits.expandedBytes / Limits.rowBytes
        let largest = batch(rows: rows, columns: 1, value: large).encoded()
        #expect(largest.count < 2 * Limits.rowBytes)
        #expect(try ChangeBatch(decoding: largest).changeCount == rows)
        #expect(throws: CodecError.invalid("size of texts")) {
            try ChangeBatch(decoding: batch(rows: rows + 1, columns: 1, value: large).encoded())
        }
        let many = Limits.batchCells / 60
        #expect(
            try ChangeBatch(decoding: batch(rows: many, columns: 60, value: .null).encoded())
                .changeCount == many)
        #expect(throws: CodecError.invalid("number of cells")) {
            try ChangeBatch(decoding: batch(rows: many + 1, columns: 60, value: .null).encoded())
        }
    }
}
