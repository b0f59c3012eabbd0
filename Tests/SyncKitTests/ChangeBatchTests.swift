import SyncKit
import TestSupport
import Testing

@Suite struct ChangeBatchTests {
    // Goal: what is encoded is decoded, for every kind of value.
    @Test(arguments: SeededGenerator.seeds(20))
    func roundTrips(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let batch = Self.randomBatch(&generator)
        let decoded = try ChangeBatch(decoding: batch.encoded())
        #expect(decoded == batch, "seed \(seed)")
        #expect(decoded.highestStamp == batch.highestStamp, "seed \(seed)")
    }

    // Goal: no prefix of a batch is taken for a batch.
    @Test func everyTruncationIsRefused() throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = Self.randomBatch(&generator).encoded()
        for count in 0..<bytes.count {
            #expect(throws: CodecError.self) {
                try ChangeBatch(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: CodecError.self) { try ChangeBatch(decoding: bytes + [0]) }
    }

    // Goal: hostile bytes are refused or read, never trusted: no crash, no huge allocation.
    // Method: random damage to real batches; what is read must encode again.
    @Test(arguments: SeededGenerator.seeds(8))
    func damageNeverCrashes(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let bytes = Self.randomBatch(&generator).encoded()
        var refused = 0
        for _ in 0..<3000 {
            var damaged = bytes
            for _ in 0...generator.below(3) {
                let byte = UInt8(truncatingIfNeeded: generator.next())
                damaged[generator.below(damaged.count)] = generator.oneIn(2) ? 0xff : byte
            }
            do throws(CodecError) {
                let batch = try ChangeBatch(decoding: damaged)
                #expect(try ChangeBatch(decoding: batch.encoded()) == batch, "seed \(seed)")
            } catch {
                refused += 1
            }
        }
        #expect(refused > 0, "seed \(seed)")
    }

    /// A batch sorted by table, as it comes out of the codec.
    private static func randomBatch(_ generator: inout SeededGenerator) -> ChangeBatch {
        var changes: [RowChange] = []
        for table in [1, 2, 250] {
            for _ in 0..<generator.below(12) {
                changes.append(randomChange(table: table, &generator))
            }
        }
        changes.append(randomChange(table: 250, &generator))
        return ChangeBatch(changes: changes)
    }

    private static func randomChange(
        table: Int, _ generator: inout SeededGenerator
    ) -> RowChange {
        let began = randomStamp(&generator)
        var change = RowChange(
            table: table, key: RowKey(generator.bytes(16)) ?? emptyKey,
            life: UInt32(1 + generator.below(5)), began: began, isWhole: generator.oneIn(2),
            cells: [:])
        guard !change.life.isMultiple(of: 2) else { return change }
        for column in [1, 2, 7, 60] where generator.oneIn(2) {
            let stamp = generator.oneIn(2) ? began : randomStamp(&generator)
            change.cells[column] = RowChange.Cell(stamp: stamp, value: randomValue(&generator))
        }
        return change
    }

    private static let emptyKey = RowKey([UInt8](repeating: 0, count: 16)).unsafelyUnwrapped

    private static func randomStamp(_ generator: inout SeededGenerator) -> Stamp {
        let replica = [UInt8](repeating: UInt8(generator.below(3)), count: 16)
        return Stamp(
            time: HybridTimestamp(rawValue: generator.next() >> 1),
            replica: ReplicaID(replica) ?? .zero)
    }

    private static func randomValue(_ generator: inout SeededGenerator) -> SQLValue {
        switch generator.below(7) {
        case 0: .null
        case 1: .integer(Int64(bitPattern: generator.next()))
        case 2: .integer(generator.oneIn(2) ? .min : .max)
        case 3: .real(Double(bitPattern: generator.next()))
        case 4: .text(generator.bytes(generator.below(40)))
        case 5: .text([])
        default: .blob(generator.bytes(generator.below(40)))
        }
    }
}
