import SyncKit
import Synchronization
import TestSupport
import Testing

/// An engine that runs by itself, by a timer that the test moves.
@Suite(.timeLimit(.minutes(10))) struct SyncEngineTests {
    private let fleet: Fleet
    private let timer = ManualTimer()

    init() throws {
        fleet = try Fleet(seed: 95, devices: 2)
    }

    private func engine(over transport: any Transport) throws -> SyncEngine {
        SyncEngine(
            store: fleet[0], transport: transport,
            keys: try #require(LibraryKeys(fleet.devices[0].keys)), account: Gallery.account,
            pace: SyncEngine.Pace(), timer: timer.engineTimer)
    }

    /// Waits for a status.
    @discardableResult
    private func status(
        of engine: SyncEngine, _ isIt: @Sendable (SyncStatus) -> Bool
    ) async -> SyncStatus? {
        for await status in await engine.statuses() where isIt(status) { return status }
        return nil
    }

    // Goal: a write is sent without a call, a second after it; stopped, the engine sends nothing.
    @Test func writesAreSent() async throws {
        let engine = try engine(over: fleet.transport(0))
        await engine.start()
        await status(of: engine) { $0.activity == .waiting && $0.lastSuccess != nil }
        try fleet[0].run("INSERT INTO tags(tag) VALUES('here')")
        await timer.waits(for: .seconds(1))
        timer.advance(by: .seconds(1))
        let sent = await status(of: engine) {
            $0.activity == .waiting && $0.report?.segmentsSent == 1
        }
        #expect(sent?.report?.segmentsUnsent == 0)
        await engine.stop()
        #expect(await engine.status.activity == .stopped)
        try await fleet.sync(1)
        try fleet.expectAgreement()
        try fleet[0].run("INSERT INTO tags(tag) VALUES('later')")
        timer.advance(by: .seconds(1000))
        #expect(try fleet[0].pendingChangeCount() == 1)
        await engine.start()
        await status(of: engine) { $0.activity == .waiting && $0.report?.segmentsSent == 1 }
        await engine.stop()
    }

    // Goal: a lost network is told, tried again by itself, and forgotten once it is back.
    @Test func failuresAreRepeated() async throws {
        let transport = MoodyTransport(fleet.transport(0))
        transport.isLost = true
        let engine = try engine(over: transport)
        await engine.start()
        let told = await status(of: engine) { [timer] in
            if case .retrying(failures: 2, _) = $0.activity { return true }
            if case .retrying = $0.activity { timer.advance(by: .seconds(4)) }
            return false
        }
        #expect(told?.activity == .retrying(failures: 2, reason: "\(SimulatedLoss())"))
        transport.isLost = false
        timer.advance(by: .seconds(8))
        await status(of: engine) { $0.activity == .waiting && $0.lastSuccess != nil }
        await engine.stop()
    }

    // Goal: what another device sent is fetched when the transport says so; in low-data mode it is
    // not asked.
    @Test func newsAreFetched() async throws {
        let transport = MoodyTransport(fleet.transport(0))
        let engine = try engine(over: transport)
        await engine.start()
        await status(of: engine) { $0.activity == .waiting && $0.lastSuccess != nil }
        try fleet[1].run("INSERT INTO tags(tag) VALUES('there')")
        try await fleet.sync(1)
        transport.tell()
        await status(of: engine) { $0.activity == .waiting && $0.report?.changesReceived == 1 }
        #expect(try fleet.devices[0].contents == fleet.devices[1].contents)
        await transport.isAsked()
        await engine.setLowData(true)
        await transport.isLeft()
        await engine.stop()
    }

    // Goal: an engine that is stopped in the middle of a run starts again, whole.
    @Test func aRunBreaksOff() async throws {
        let transport = MoodyTransport(fleet.transport(0))
        let engine = try engine(over: transport)
        for round in 0..<10 {
            try fleet[0].run("INSERT INTO tags(tag) VALUES('\(round)')")
            await engine.start()
            await status(of: engine) { $0.activity != .stopped }
            await engine.stop()
        }
        await engine.start()
        await status(of: engine) { $0.activity == .waiting && $0.lastSuccess != nil }
        await engine.stop()
        try await fleet.settle()
        try fleet.expectAgreement()
    }
}

/// A timer that stands still until it is moved.
private final class ManualTimer: Sendable {
    private struct State {
        var now = Duration.zero
        var nextID = 0
        var sleepers: [Int: (until: Duration, continuation: CheckedContinuation<Void, any Error>)] =
            [:]
        var watchers: [(delay: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var engineTimer: EngineTimer {
        EngineTimer(
            now: { self.state.withLock { $0.now } }, sleep: { try await self.pause($0) })
    }

    func advance(by step: Duration) {
        let due = state.withLock { state in
            state.now += step
            let due = state.sleepers.filter { $0.value.until <= state.now }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in due { continuation.resume() }
    }

    /// Waits until somebody sleeps for at most so long.
    func waits(for delay: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = state.sleepers.values.contains { $0.until <= state.now + delay }
                if !isThere { state.watchers.append((delay, continuation)) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
    }

    private func pause(_ delay: Duration) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let watchers = state.withLock { state in
                    state.sleepers[id] = (state.now + delay, continuation)
                    let met = state.watchers.filter { delay <= $0.delay }
                    state.watchers.removeAll { delay <= $0.delay }
                    return met.map(\.continuation)
                }
                for watcher in watchers { watcher.resume() }
                if Task.isCancelled { wake(id) }
            }
        } onCancel: {
            wake(id)
        }
    }

    private func wake(_ id: Int) {
        let sleeper = state.withLock { $0.sleepers.removeValue(forKey: id) }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}

/// A transport that may be lost, and tells of news when the test says so.
private final class MoodyTransport: Transport {
    private struct State {
        var isLost = false
        var asker: CheckedContinuation<Bool, any Error>?
        var isTold = false
        var watcher: (isAsked: Bool, continuation: CheckedContinuation<Void, Never>)?
    }

    private let base: SimulatedDevice
    private let state = Mutex(State())

    init(_ base: SimulatedDevice) { self.base = base }

    var isLost: Bool {
        get { state.withLock { $0.isLost } }
        set { state.withLock { $0.isLost = newValue } }
    }

    /// There is something new.
    func tell() {
        let asker = state.withLock { state in
            state.isTold = state.asker == nil
            return state.asker.take()
        }
        asker?.resume(returning: true)
    }

    /// Waits until somebody waits for news.
    func isAsked() async { await watch(true) }

    /// Waits until nobody does.
    func isLeft() async { await watch(false) }

    private func watch(_ isAsked: Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if (state.asker != nil) == isAsked { return true }
                state.watcher = (isAsked, continuation)
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func noteAsker() {
        let watcher = state.withLock { state in
            guard let watcher = state.watcher, watcher.isAsked == (state.asker != nil) else {
                return nil as CheckedContinuation<Void, Never>?
            }
            state.watcher = nil
            return watcher.continuation
        }
        watcher?.resume()
    }

    func waitForNews(after sequence: ServerSequence) async throws -> Bool {
        try check()
        defer { noteAsker() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isTold = state.withLock { state in
                    if !state.isTold { state.asker = continuation }
                    defer { state.isTold = false }
                    return state.isTold
                }
                if isTold { continuation.resume(returning: true) }
                noteAsker()
                if Task.isCancelled { leave() }
            }
        } onCancel: {
            leave()
        }
    }

    private func leave() {
        let asker = state.withLock { $0.asker.take() }
        asker?.resume(throwing: CancellationError())
    }

    private func check() throws {
        if isLost { throw SimulatedLoss() }
    }

    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        try check()
        return try await base.push(segment)
    }
    func pull(_ request: PullRequest) async throws -> PulledPage {
        try check()
        return try await base.pull(request)
    }
    func push(_ chunk: SnapshotChunk) async throws {
        try check()
        try await base.push(chunk)
    }
    func newestSnapshot() async throws -> SnapshotManifest? {
        try check()
        return try await base.newestSnapshot()
    }
    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try check()
        return try await base.chunk(index, of: snapshot)
    }
}
