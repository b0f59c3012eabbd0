import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import Logging
import SignedObjects
import Synchronization
import TestSupport
import Testing

/// A server whose clock was wrong when it was started, or goes wrong while it runs.
@Suite(.onBothDatabases) struct StartClockTests {
    private static let day = Duration.seconds(86_400)

    // Goal: within one start of the machine a clock that was set is noticed at the next start of
    // the program, in both directions, and one that went on is not.
    @Test(arguments: [-400, -1, 1, 400])
    func aClockThatWasSetIsRefused(days: Int) async throws {
        let steady = SteadyClock(boot: "first")
        let server = try TestServer(steady: steady)
        try server.core.time.check()
        pass(Self.day * 3, server, steady)
        try server.restarted(steady: steady).time.check()
        server.advance(by: Self.day * days)
        let restarted = try server.restarted(steady: steady)
        let right = server.now + Self.day * -days
        #expect(throws: ServerError.wrongClock(.moved(right), now: server.now)) {
            try restarted.time.check()
        }
        server.advance(by: Self.day * -days)
        try restarted.time.check()
    }

    // Goal: after another start of the machine a clock that is behind the last time is refused, one
    // far after it too, and the error says what to do.
    @Test(arguments: [-400, -1, 15, 400])
    func aClockFarFromTheLastTimeIsRefused(days: Int) async throws {
        let server = try TestServer(steady: SteadyClock(boot: "first"))
        try server.core.time.check()
        let last = server.now
        server.advance(by: Self.day * days)
        let restarted = try server.restarted(steady: SteadyClock(boot: "second"))
        let fault: ServerError.ClockFault = days < 0 ? .behind(last) : .afterLongPause(last)
        let error = ServerError.wrongClock(fault, now: server.now)
        #expect(throws: error) { try restarted.time.check() }
        #expect("\(error)".contains("atelier-server service clock --reason"))
        #expect("\(error)".contains(last.rfc3339) && "\(error)".contains(server.now.rfc3339))
    }

    // Goal: the limits are where they are said to be.
    // Method: 10 minutes behind and 14 days after are taken, a millisecond more is not.
    @Test(arguments: [-600_000, 14 * 86_400_000])
    func theLimitsHold(milliseconds: Int) async throws {
        let server = try TestServer(steady: SteadyClock(boot: "first"))
        try server.core.time.check()
        server.advance(by: .milliseconds(milliseconds + milliseconds.signum()))
        let restarted = try server.restarted(steady: SteadyClock(boot: "second"))
        #expect(throws: ServerError.self) { try restarted.time.check() }
        server.advance(by: .milliseconds(-milliseconds.signum()))
        try restarted.time.check()
    }

    // Goal: a server that was off for three months starts after one command, which frees nothing.
    @Test func aLongPauseHasAWayOut() async throws {
        let server = try TestServer(steady: SteadyClock(boot: "first"))
        try server.core.time.check()
        let last = server.now
        server.advance(by: Self.day * 92)
        let restarted = try server.restarted(steady: SteadyClock(boot: "second"))
        #expect(throws: ServerError.self) { try restarted.time.check() }
        let repair = try restarted.time.trust(reason: "was-off", actor: "test")
        #expect(repair.now == server.now && repair.last == last)
        #expect(repair.ledgers == 0 && repair.leases == 0)
        try restarted.time.check()
        try server.restarted(steady: SteadyClock(boot: "third")).time.check()
    }

    // Goal: a step ahead while the program runs refuses contacts with the ledger, is counted, is
    // said once in the log, moves no known time, and ends when the clock is right again.
    @Test func aStepAheadIsRefusedAndTold() async throws {
        let steady = SteadyClock(boot: "first")
        let server = try TestServer(steady: steady)
        try server.core.time.check()
        let log = LogLines()
        try await server.run { client in
            var watch = ClockWatch(core: server.core, logger: log.logger)
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            await watch.look()
            #expect(log.lines.isEmpty)
            server.advance(by: .seconds(601))
            let request = try wallet.request(now: server.now, signedBy: artist.key) { _ in }
            let refused = try await artist.post("/v1/ledger", request, client)
            #expect(refused.problem == .unavailable && refused.headers[.retryAfter] == "600")
            for _ in 0..<2 { await watch.look() }
            #expect(log.lines.count == 1 && log.lines[0].contains("the clock went ahead"))
            let metrics = server.core.metricsText()
            #expect(metrics.contains("atelier_clock_lead_seconds 601\n"))
            #expect(metrics.contains("atelier_clock_refused_total 1\n"))
            server.advance(by: .seconds(-601))
            _ = try await artist.contact(&wallet, client)
            await watch.look()
            #expect(log.lines.last == "the clock is right again")
            try server.restarted(steady: steady).time.check()
        }
    }

    // Goal: a step back is counted and said in the log.
    @Test func aStepBackIsTold() async throws {
        let steady = SteadyClock(boot: "first")
        let server = try TestServer(steady: steady)
        try server.core.time.check()
        let log = LogLines()
        var watch = ClockWatch(core: server.core, logger: log.logger)
        server.advance(by: .seconds(-600))
        await watch.look()
        #expect(log.lines.isEmpty)
        server.advance(by: .seconds(-601))
        for _ in 0..<2 { await watch.look() }
        #expect(log.lines.count == 1 && log.lines[0].contains("the clock went back"))
        #expect(server.core.metricsText().contains("atelier_clock_stepped_back_total 1\n"))
    }

    // Goal: `service clock` in another program lets a server go on whose machine slept without its
    // steady clock, as virtual machines do.
    @Test func theOperatorsWordEndsAStep() async throws {
        let steady = SteadyClock(boot: "first")
        let server = try TestServer(steady: steady)
        try server.core.time.check()
        server.advance(by: Self.day)
        #expect(try await server.core.time.note() == Self.day)
        _ = try server.restarted(steady: steady).time.trust(reason: "slept", actor: "test")
        #expect(try await server.core.time.note() == nil)
        #expect(try await server.core.time.note() == nil)
    }

    private func pass(_ time: Duration, _ server: TestServer, _ steady: SteadyClock) {
        server.advance(by: time)
        steady.advance(by: time)
    }
}

/// What was logged, without its metadata.
private final class LogLines: LogHandler, Sendable {
    private let state = Mutex<[String]>([])

    var lines: [String] { state.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in self } }

    var metadata: Logger.Metadata {
        get { [:] }
        set { _ = newValue }
    }

    var logLevel: Logger.Level {
        get { .trace }
        set { _ = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set { _ = newValue }
    }

    func log(event: LogEvent) {
        state.withLock { $0.append("\(event.message)") }
    }
}
