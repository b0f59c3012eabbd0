import SyncKit
import TestSupport
import Testing

@Suite struct HybridClockTests {
    // Goal: every moment sorts after all issued and received before, whatever the wall clock does.
    @Test(arguments: SeededGenerator.seeds(4))
    func momentsAlwaysRise(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var clock = HybridClock()
        var latest = HybridTimestamp.zero
        for _ in 0..<2000 {
            let wall = 1_700_000_000_000 + UInt64(generator.below(50))
            if generator.oneIn(3) {
                let remote = HybridTimestamp(
                    milliseconds: wall + UInt64(generator.below(100)),
                    counter: UInt16(generator.below(65_536)))
                try clock.receive(remote, wall: wall, tolerance: .seconds(1))
                latest = max(latest, remote)
            }
            let issued = try clock.tick(wall: wall)
            #expect(issued > latest, "seed \(seed)")
            latest = issued
        }
    }

    // Goal: 65,536 moments in one millisecond go over into the next without a gap in the order.
    @Test func theCounterCarriesIntoTheMilliseconds() throws {
        var clock = HybridClock(
            latest: HybridTimestamp(milliseconds: 10, counter: UInt16.max - 1))
        #expect(try clock.tick(wall: 10) == HybridTimestamp(milliseconds: 10, counter: .max))
        #expect(try clock.tick(wall: 10) == HybridTimestamp(milliseconds: 11, counter: 0))
    }

    // Goal: a moment exactly at the tolerance is believed; one millisecond past it is not, and
    // changes nothing.
    @Test func theFutureIsBelievedOnlyUpToTheTolerance() throws {
        var clock = HybridClock()
        let limit = Duration.seconds(300)
        let edge = HybridTimestamp(milliseconds: 1_300_000, counter: 3)
        try clock.receive(edge, wall: 1_000_000, tolerance: limit)
        #expect(clock.latest == edge)
        #expect(throws: ClockError.tooFarAhead(by: .milliseconds(300_001), limit: limit)) {
            try clock.receive(
                HybridTimestamp(milliseconds: 1_300_001, counter: 0), wall: 1_000_000,
                tolerance: limit)
        }
        #expect(clock.latest == edge)
    }

    // Goal: at the end of its range the clock says so and never wraps to the past.
    @Test func theEndOfTimeIsAnError() throws {
        var clock = HybridClock(
            latest: HybridTimestamp(milliseconds: 1 << 47 - 2, counter: .max))
        #expect(throws: ClockError.exhausted) { try clock.tick(wall: 0) }
        #expect(throws: ClockError.exhausted) { try clock.tick(wall: .max) }
    }
}
