import Foundation
import Studio
import Synchronization
import Testing

@Suite("Long work")
struct JobTests {
    @Test("A job tells its progress and result, and its end")
    func tells() async throws {
        let events = EventHub()
        let board = JobBoard(events: events)
        let stream = try events.follow()
        let job = try board.start("train") { job in
            job.progress(0.5)
            return ["name": "valley"]
        }
        var states: [JobReport.State] = []
        for await case .job(let report) in stream {
            states.append(report.state)
            if report.state != .running { break }
        }
        #expect(states.last == .done)
        #expect(job.report.result == .object(["name": .text("valley")]))
        #expect(!board.isBusy)
    }

    @Test("Heavy work runs one after the other, and what waits can be stopped")
    func oneAtATime() async throws {
        let events = EventHub()
        let board = JobBoard(events: events)
        let stream = try events.follow()
        let gate = DispatchSemaphore(value: 0)
        let first = try board.start("drafts") { _ in
            gate.wait()
            return nil
        }
        let second = try board.start("drafts") { _ in
            Issue.record("what was stopped while it waited must not begin")
            return nil
        }
        #expect(second.report.waits)
        second.stop()
        gate.signal()
        var ended = 0
        for await case .job(let report) in stream where report.state != .running {
            ended += 1
            if ended == 2 { break }
        }
        #expect(first.report.state == .done && second.report.state == .stopped)
    }

    @Test("Too many jobs and too many pages are refused")
    func limits() throws {
        let events = EventHub()
        let board = JobBoard(events: events)
        let gate = DispatchSemaphore(value: 0)
        defer { for _ in 0..<16 { gate.signal() } }
        for _ in 0..<16 {
            _ = try board.start("drafts") { _ in
                gate.wait()
                return nil
            }
        }
        #expect(throws: APIError.self) { try board.start("drafts") { _ in nil } }
        var pages: [AsyncStream<StudioEvent>] = []
        for _ in 0..<64 { pages.append(try events.follow()) }
        #expect(throws: APIError.self) { try events.follow() }
    }

    @Test("The time without a page begins when the last one closes")
    func idle() async throws {
        let now = Mutex(ContinuousClock.now)
        let begin = now.withLock { $0 }
        let events = EventHub(clock: { now.withLock { $0 } })
        now.withLock { $0 = begin + .seconds(60) }
        #expect(events.idleTime == .seconds(60))
        let page = Task {
            for await _ in try events.follow() { break }
        }
        while events.idleTime != .zero { await Task.yield() }
        now.withLock { $0 = begin + .seconds(900) }
        #expect(events.idleTime == .zero)
        events.tell(.changed(["works"]))
        try await page.value
        while events.idleTime == .zero {
            now.withLock { $0 += .seconds(1) }
            await Task.yield()
        }
        #expect(events.idleTime < .seconds(900))
    }
}
