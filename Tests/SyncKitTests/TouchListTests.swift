import SyncKit
import TestSupport
import Testing

/// What is folded in parts is what would be folded at once.
@Suite struct TouchListTests {
    private typealias Log = [(column: UInt8, place: Int64, stamp: Int64)]

    /// What a list hands over, by place: of each column the last write.
    private static func folded(
        _ log: Log, capacity: Int
    ) -> (stampsByPlace: [Int64: [UInt8: Int64]], parts: Int) {
        var list = TouchList(capacity: capacity)
        var stamps: [Int64: [UInt8: Int64]] = [:]
        var parts = 0
        repeat {
            if parts > 0 { list.beginNextPart() }
            parts += 1
            for touch in log { list.add(touch.column, at: touch.place, stamp: touch.stamp) }
            var latest: Int64?
            list.forEachRow { place, writes in
                #expect(latest.map { place > $0 } ?? true, "places rise")
                latest = place
                #expect(stamps[place] == nil, "a row comes once")
                #expect(writes.map(\.stamp) == writes.map(\.stamp).sorted(), "stamps rise")
                stamps[place] = Dictionary(writes) { _, last in last }
            }
        } while list.isCut && parts < 100
        return (stamps, parts)
    }

    /// The same by the plainest means.
    private static func expected(_ log: Log) -> [Int64: [UInt8: Int64]] {
        var stamps: [Int64: [UInt8: Int64]] = [:]
        for touch in log {
            if touch.column == 0 {
                stamps[touch.place] = nil
            } else {
                stamps[touch.place, default: [:]][touch.column] = touch.stamp
            }
        }
        return stamps
    }

    private static func log(_ count: Int, places: Int, seed: UInt64) -> Log {
        var generator = SeededGenerator(seed: seed)
        var stamp: Int64 = 0
        return (0..<count).map { _ in
            if generator.oneIn(3) { stamp += 1 }
            let place = Int64(generator.below(places)) - Int64(places / 2)
            return (UInt8(generator.below(8)), place, stamp)
        }
    }

    // Goal: whatever the log, parts give what the whole does.
    // Method: logs of writes and deletions from 60 seeds, many and few rows, held 240 at a time.
    @Test(arguments: 0..<60 as Range<UInt64>)
    func partsGiveTheWhole(seed: UInt64) {
        let places = [1, 10, 5000][Int(seed % 3)]
        let log = Self.log(3000, places: places, seed: seed)
        let whole = Self.folded(log, capacity: 4000)
        let inParts = Self.folded(log, capacity: 240)
        #expect(whole.parts == 1)
        #expect(whole.stampsByPlace == Self.expected(log), "seed \(seed)")
        #expect(inParts.stampsByPlace == Self.expected(log), "seed \(seed)")
        #expect((places == 5000) == (inParts.parts > 1), "\(inParts.parts) parts")
    }

    // Goal: at the limit there is one part, and one more write makes two.
    @Test(arguments: [240, 241])
    func theLimit(count: Int) {
        let log = (0..<count).map { (column: UInt8(1), place: Int64($0), stamp: Int64($0)) }
        let (stamps, parts) = Self.folded(log, capacity: 240)
        #expect(parts == count - 239)
        #expect(stamps.count == count)
    }

    // Goal: the ends of the range of places are places like any other.
    @Test func theOutermostPlaces() {
        var log = (0..<500).map { (column: UInt8(1), place: Int64($0), stamp: Int64($0)) }
        log.insert((2, .max, 0), at: 0)
        log.append((3, .min, 500))
        log.append((4, .max, 501))
        let (stamps, parts) = Self.folded(log, capacity: 240)
        #expect(stamps == Self.expected(log))
        #expect(parts > 1)
    }

    // Goal: a row whose every column is written again and again needs one part.
    @Test func oneRowFits() {
        let log = (0..<20_000).map {
            (column: UInt8($0 % Limits.columns + 1), place: Int64(7), stamp: Int64($0))
        }
        let (stamps, parts) = Self.folded(log, capacity: 4 * Limits.columns)
        #expect(parts == 1)
        #expect(stamps[7]?.count == Limits.columns)
    }
}
