import SyncKit
import TestSupport
import Testing

/// What is compacted in parts is what would be compacted at once.
@Suite struct ColumnWriteBufferTests {
    private typealias Log = [(column: ColumnID, rowID: Int64, stamp: Int64)]

    /// What a list hands over, by row id: of each column the last write.
    private static func compacted(
        _ log: Log, capacity: Int
    ) -> (stampsByRowID: [Int64: [ColumnID: Int64]], parts: Int) {
        var list = ColumnWriteBuffer(capacity: capacity)
        var stamps: [Int64: [ColumnID: Int64]] = [:]
        var parts = 0
        repeat {
            if parts > 0 { list.beginNextPart() }
            parts += 1
            for columnWrite in log {
                list.add(
                    columnWrite.column, at: SQLRowID(columnWrite.rowID),
                    stamp: StampNumber(columnWrite.stamp))
            }
            var latest: Int64?
            list.forEachRow { row, writes in
                let rowID = row.rawValue
                #expect(latest.map { rowID > $0 } ?? true, "row ids rise")
                latest = rowID
                #expect(stamps[rowID] == nil, "a row comes once")
                #expect(writes.map(\.stamp) == writes.map(\.stamp).sorted(), "stamps rise")
                stamps[rowID] = Dictionary(
                    writes.map { ($0.column, $0.stamp.rawValue) }
                ) { _, last in last }
            }
        } while list.isCut && parts < 100
        return (stamps, parts)
    }

    /// The same by the plainest means.
    private static func expected(_ log: Log) -> [Int64: [ColumnID: Int64]] {
        var stamps: [Int64: [ColumnID: Int64]] = [:]
        for columnWrite in log {
            if columnWrite.column == .wholeRow {
                stamps[columnWrite.rowID] = nil
            } else {
                stamps[columnWrite.rowID, default: [:]][columnWrite.column] = columnWrite.stamp
            }
        }
        return stamps
    }

    private static func log(_ count: Int, rowIDs: Int, seed: UInt64) -> Log {
        var generator = SeededGenerator(seed: seed)
        var stamp: Int64 = 0
        return (0..<count).map { _ in
            if generator.oneIn(3) { stamp += 1 }
            let rowID = Int64(generator.below(rowIDs)) - Int64(rowIDs / 2)
            return (ColumnID(UInt8(generator.below(8))), rowID, stamp)
        }
    }

    // Goal: whatever the log, parts give what the whole does.
    // Method: logs of writes and deletions from 60 seeds, many and few rows, held 240 at a time.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func partsGiveTheWhole(seed: UInt64) {
        let rowIDs = [1, 10, 5000][Int(seed % 3)]
        let log = Self.log(3000, rowIDs: rowIDs, seed: seed)
        let whole = Self.compacted(log, capacity: 4000)
        let inParts = Self.compacted(log, capacity: 240)
        #expect(whole.parts == 1)
        #expect(whole.stampsByRowID == Self.expected(log), "seed \(seed)")
        #expect(inParts.stampsByRowID == Self.expected(log), "seed \(seed)")
        #expect((rowIDs == 5000) == (inParts.parts > 1), "\(inParts.parts) parts")
    }

    // Goal: at the limit there is one part, and one more write makes two.
    @Test(arguments: [240, 241])
    func theLimit(count: Int) {
        let log = (0..<count).map { (column: ColumnID(1), rowID: Int64($0), stamp: Int64($0)) }
        let (stamps, parts) = Self.compacted(log, capacity: 240)
        #expect(parts == count - 239)
        #expect(stamps.count == count)
    }

    // Goal: the ends of the range of row ids are row ids like any other.
    @Test func theOutermostRowIDs() {
        var log = (0..<500).map { (column: ColumnID(1), rowID: Int64($0), stamp: Int64($0)) }
        log.insert((2, .max, 0), at: 0)
        log.append((3, .min, 500))
        log.append((4, .max, 501))
        let (stamps, parts) = Self.compacted(log, capacity: 240)
        #expect(stamps == Self.expected(log))
        #expect(parts > 1)
    }

    // Goal: a row whose every column is written again and again needs one part.
    @Test func oneRowFits() {
        let log = (0..<20_000).map {
            (column: ColumnID(UInt8($0 % Limits.columns + 1)), rowID: Int64(7), stamp: Int64($0))
        }
        let (stamps, parts) = Self.compacted(log, capacity: 4 * Limits.columns)
        #expect(parts == 1)
        #expect(stamps[7]?.count == Limits.columns)
    }
}
