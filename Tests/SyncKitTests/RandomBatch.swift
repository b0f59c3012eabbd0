import SyncKit
import TestSupport

/// Batches from a seed: what the codec's tests and the test vectors are made of.
enum RandomBatch {
    static func make(_ generator: inout SeededGenerator) -> ChangeBatch {
        var batch = ChangeBatch()
        if generator.oneIn(2) {
            batch.summary = .init(cursor: sequence(1 << 40, &generator), digest: generator.next())
        }
        let replicas = (0...generator.below(3)).map { _ in generator.next() }
        for _ in 0...generator.below(8) {
            let time = HybridTimestamp(rawValue: generator.next() >> 1)
            batch.stamps.append(
                .init(
                    stamp: Stamp(time: time, replica: replicas[generator.below(replicas.count)]),
                    causalCursor: sequence(1 << 50, &generator),
                    sequence: generator.oneIn(2) ? 0 : sequence(1 << 50, &generator)))
        }
        var table = 0
        for _ in 0..<generator.below(4) {
            table += 1 + generator.below(80)
            batch.tables.append(changes(TableID(table), stamps: batch.stamps.count, &generator))
        }
        return batch
    }

    private static func changes(
        _ table: TableID, stamps: Int, _ generator: inout SeededGenerator
    ) -> TableChanges {
        var changes = TableChanges(table: table)
        addRows(generator.below(30), to: &changes, stamps, &generator)
        for _ in 0..<generator.below(6) {
            changes.deletes.keys.append(key(&generator))
            changes.deletes.causalLengths.append(2 * (1 + UInt32(generator.below(1000))))
            changes.deletes.stamps.append(Int32(generator.below(stamps)))
        }
        addUpdates(generator.below(20), to: &changes, stamps, &generator)
        for _ in 0..<generator.below(5) {
            changes.counts.append(
                .init(
                    key: key(&generator), causalLength: causalLength(&generator),
                    column: ColumnID(UInt8(1 + generator.below(60))),
                    stamp: Int32(generator.below(stamps)),
                    source: UInt64(generator.below(3)), number: Int64(generator.below(1 << 20)),
                    total: Int64(bitPattern: generator.next())))
        }
        return changes
    }

    private static func addRows(
        _ count: Int, to changes: inout TableChanges, _ stamps: Int,
        _ generator: inout SeededGenerator
    ) {
        for row in 0..<Int32(count) {
            changes.rows.keys.append(key(&generator))
            changes.rows.createdStamps.append(Int32(generator.below(stamps)))
            if generator.oneIn(4) {
                changes.rows.causalLengths.append(
                    .init(row: row, causalLength: causalLength(&generator)))
            }
            for column in columns(&generator) where generator.oneIn(8) {
                changes.rows.exceptions.append(
                    .init(row: row, column: column, stamp: Int32(generator.below(stamps))))
            }
        }
        guard count > 0 else { return }
        changes.rows.columns = columns(&generator).map { column in
            .init(id: column, cells: cells(count, &generator))
        }
    }

    private static func addUpdates(
        _ count: Int, to changes: inout TableChanges, _ stamps: Int,
        _ generator: inout SeededGenerator
    ) {
        for row in 0..<Int32(count) {
            changes.updates.keys.append(key(&generator))
            if generator.oneIn(4) {
                changes.updates.causalLengths.append(
                    .init(row: row, causalLength: causalLength(&generator)))
            }
        }
        guard count > 0 else { return }
        for column in columns(&generator) {
            let rows = (0..<Int32(count)).filter { _ in generator.oneIn(3) }
            changes.updates.columns.append(
                .init(
                    id: column, rows: rows,
                    stamps: rows.map { _ in Int32(generator.below(stamps)) },
                    cells: cells(rows.count, &generator)))
        }
    }

    private static func cells(_ count: Int, _ generator: inout SeededGenerator) -> CellColumn {
        var cells = CellColumn()
        // Few texts repeat, many do not: each wire form is met.
        let variety = [1, 3, 1 << 30][generator.below(3)]
        let kind = generator.below(7)
        for _ in 0..<count {
            cells.append(value(kind, generator.below(variety), &generator))
        }
        return cells
    }

    private static func value(
        _ kind: Int, _ seed: Int, _ generator: inout SeededGenerator
    ) -> SQLValue {
        switch kind {
        case 0: .null
        case 1: .integer([.min, .max, 0, -1, Int64(seed)][generator.below(5)])
        case 2: .real([-0.0, .infinity, .leastNonzeroMagnitude, 0.1][generator.below(4)])
        case 3: .text("text \(seed)")
        case 4: .blob(generator.bytes(generator.below(40)))
        case 5: .text([])
        default: value(generator.below(6), seed, &generator)
        }
    }

    /// Rising ids; now and then all 60.
    private static func columns(_ generator: inout SeededGenerator) -> [ColumnID] {
        let all = generator.oneIn(10)
        return (1...60).filter { _ in all || generator.oneIn(12) }.map { ColumnID($0) }
    }

    private static func sequence(
        _ bound: Int, _ generator: inout SeededGenerator
    ) -> ServerSequence {
        ServerSequence(Int64(generator.below(bound)))
    }

    private static func causalLength(_ generator: inout SeededGenerator) -> UInt32 {
        1 + 2 * UInt32(generator.below(1 << 20))
    }

    private static func key(_ generator: inout SeededGenerator) -> RowKey {
        RowKey(milliseconds: generator.next() >> 16, randomBytes: generator.bytes(10))
    }
}
