import SyncKit
import TestSupport
import Testing

/// When an engine runs, without an engine.
@Suite struct SyncScheduleTests {
    // Goal: whatever happens in whatever order, runs come one at a time, no write waits longer than
    // it may, no failure is repeated sooner or later than it may, a wish is followed by a run.
    // Method: random events at random times; the rules are kept beside the schedule.
    @Test(arguments: SeededGenerator.seeds(20))
    func theRulesHold(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pace = SyncEngine.Pace()
        var schedule = SyncSchedule(pace: pace)
        var now = Duration.zero
        var (isRunning, isLowData, hasWish) = (false, false, false)
        var firstWrite: Duration?
        var retryRange: ClosedRange<Duration>?

        func check(_ step: SyncSchedule.Step) {
            switch step {
            case .run(let cause):
                #expect(!isRunning, "seed \(seed)")
                if cause == .retry, let range = retryRange {
                    #expect(now >= range.lowerBound, "seed \(seed): a retry too soon")
                }
                if isLowData { #expect(cause != .interval && cause != .news, "seed \(seed)") }
                (isRunning, firstWrite, hasWish, retryRange) = (true, nil, false, nil)
            case .wait(let time):
                #expect(!hasWish, "seed \(seed): a wish waits")
                #expect(time > now)
                if let range = retryRange { #expect(time <= range.upperBound, "seed \(seed)") }
                if let first = firstWrite, retryRange == nil, schedule.failures == 0 {
                    let factor = SyncEngine.Pace.lowDataFactor
                    #expect(time <= first + pace.longestWriteDelay * factor, "seed \(seed)")
                }
            case .rest:
                #expect(isRunning || isLowData || now == .zero, "seed \(seed): nothing is due")
                #expect(isRunning || !hasWish, "seed \(seed)")
            }
        }

        schedule.wished(at: now)
        hasWish = true
        for _ in 0..<3000 {
            check(schedule.next(at: now))
            now += .milliseconds(Int.random(in: 0...20_000, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3:
                schedule.wrote(at: now)
                if !isRunning { firstWrite = firstWrite ?? now }
            case 3: schedule.heardNews(at: now)
            case 4:
                schedule.wished(at: now)
                hasWish = true
            case 5:
                isLowData.toggle()
                schedule.setLowData(isLowData, at: now)
            case 6,
                7 where isRunning:
                isRunning = false
                schedule.succeeded(at: now, hasMore: Bool.random(using: &random))
            case 8 where isRunning:
                isRunning = false
                schedule.failed(at: now, part: .random(in: -1...2, using: &random))
                let delays = pace.retryDelays
                retryRange = now + delays.lowerBound / 2...now + delays.upperBound
            default: break
            }
        }
    }

    // Goal: writes that go on are sent in groups: after a pause, and at the latest after a while.
    @Test func writesAreCollected() {
        var schedule = SyncSchedule(pace: SyncEngine.Pace())
        schedule.wrote(at: .zero)
        #expect(schedule.next(at: .zero) == .wait(until: .seconds(1)))
        // A write every tenth of a second.
        let ran = (1...200).first { tenth in
            let now = Duration.milliseconds(100 * tenth)
            if schedule.next(at: now) == .run(.write) { return true }
            schedule.wrote(at: now)
            return false
        }
        #expect(ran == 100)
        schedule.succeeded(at: .seconds(12), hasMore: true)
        #expect(schedule.next(at: .seconds(12)) == .wait(until: .seconds(13)))
    }

    // Goal: the time between failures doubles up to a limit, and a success ends that.
    @Test func failuresWaitLonger() {
        var schedule = SyncSchedule(pace: SyncEngine.Pace())
        schedule.wished(at: .zero)
        var (now, delays) = (Duration.zero, [Duration]())
        for _ in 0..<12 {
            #expect(schedule.next(at: now) != .rest)
            schedule.failed(at: now, part: 0)
            guard case .wait(let time) = schedule.next(at: now) else { break }
            delays.append(time - now)
            now = time
        }
        let seconds = [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
        #expect(delays == seconds.map { .seconds($0) })
        _ = schedule.next(at: now)
        schedule.succeeded(at: now, hasMore: false)
        #expect(schedule.next(at: now) == .wait(until: now + .seconds(300)))
    }
}
