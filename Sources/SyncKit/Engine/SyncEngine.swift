import GRDB

/// Keeps a store in sync by itself: soon after a local write, when the server has news, after a
/// failure again and again, and from time to time.
///
/// ```swift
/// let engine = SyncEngine(store: store, transport: transport, keys: keys, account: account)
/// await engine.start()
/// for await status in await engine.statuses() { show(status) }
/// ```
///
/// Writes of the same program are noticed when they commit; those of other programs at the next
/// run, at the latest after ``Pace-swift.struct/interval``.
public actor SyncEngine {
    /// How often runs begin.
    public struct Pace: Sendable {
        /// How long after the last of several writes a run begins. A second unless set.
        public var writeDelay = Duration.seconds(1)
        /// How long after the first of them at the latest. Ten seconds unless set.
        public var longestWriteDelay = Duration.seconds(10)
        /// How long after a run the next one begins where nothing happens. Five minutes unless set.
        public var interval = Duration.seconds(300)
        /// How long after a failure the next run begins: the first time and at most. From two
        /// seconds to fifteen minutes unless set.
        public var retryDelays = Duration.seconds(2)...Duration.seconds(900)
        /// How many times longer writes are collected in low-data mode.
        package static let lowDataFactor = 30

        /// The usual pace.
        public init() {}
    }

    private let store: SyncStore
    private let transport: any Transport
    private let synchronizer: Synchronizer
    private let mayWrite: @Sendable () async throws -> Bool
    private let didPull: @Sendable () async throws -> Void
    private let timer: EngineTimer
    private let pace: Pace

    private var schedule: SyncSchedule
    private var isStarted = false
    /// What was stopped and has not ended yet.
    private var ending: Task<Void, Never>?
    private var run: Task<Void, Never>?
    private var alarm: Task<Void, Never>?
    private var listening: Task<Void, Never>?
    private var observation: AnyDatabaseCancellable?
    private var listeners: [Int: AsyncStream<SyncStatus>.Continuation] = [:]
    private var nextListener = 0

    /// What the engine does at present.
    public private(set) var status = SyncStatus() {
        didSet { for listener in listeners.values { listener.yield(status) } }
    }

    /// Makes an engine that does nothing until ``start()``.
    ///
    /// - Parameters:
    ///   - store: The store whose changes are exchanged.
    ///   - transport: The connection to the server.
    ///   - keys: The library's keys.
    ///   - account: The library's account, 16 bytes.
    ///   - pace: How often runs begin.
    ///   - mayWrite: As of ``Synchronizer/run(mayWrite:didPull:progress:)``.
    ///   - didPull: As of ``Synchronizer/run(mayWrite:didPull:progress:)``.
    public init(
        store: SyncStore, transport: any Transport, keys: LibraryKeys, account: [UInt8],
        pace: Pace = Pace(), mayWrite: @escaping @Sendable () async throws -> Bool = { true },
        didPull: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.init(
            store: store, transport: transport, keys: keys, account: account, pace: pace,
            timer: .continuous, mayWrite: mayWrite, didPull: didPull)
    }

    /// Makes an engine with a timer of its own.
    package init(
        store: SyncStore, transport: any Transport, keys: LibraryKeys, account: [UInt8],
        pace: Pace, timer: EngineTimer,
        mayWrite: @escaping @Sendable () async throws -> Bool = { true },
        didPull: @escaping @Sendable () async throws -> Void = {}
    ) {
        (self.store, self.transport, self.timer, self.pace) = (store, transport, timer, pace)
        (self.mayWrite, self.didPull) = (mayWrite, didPull)
        synchronizer = Synchronizer(
            store: store, transport: transport, keys: keys, account: account)
        schedule = SyncSchedule(pace: pace)
    }

    /// Begins: with a run at once, then whenever there is a reason. Does nothing where it has
    /// begun.
    public func start() async {
        // Two runs of one store would each send what the other seals.
        await ending?.value
        guard !isStarted else { return }
        isStarted = true
        status.activity = .waiting
        observeWrites()
        listen()
        schedule.wished(at: timer.now())
        proceed()
    }

    /// Stops, and waits until the run that is under way has broken off; nothing is lost by it.
    public func stop() async {
        guard isStarted else { return }
        isStarted = false
        observation = nil
        let tasks = [run, alarm, listening].compactMap(\.self)
        (run, alarm, listening) = (nil, nil, nil)
        for task in tasks { task.cancel() }
        schedule.stop()
        status.activity = .stopped
        let ending = Task { for task in tasks { await task.value } }
        self.ending = ending
        await ending.value
    }

    /// Runs as soon as possible, whatever failed before; a run that is under way is followed by
    /// another. Does nothing while the engine is stopped.
    public func syncNow() {
        guard isStarted else { return }
        schedule.wished(at: timer.now())
        proceed()
    }

    /// Low-data mode: the server is not asked for news, and writes are collected thirty times
    /// longer before they are sent. ``syncNow()`` works as ever.
    public func setLowData(_ isLowData: Bool) {
        schedule.setLowData(isLowData, at: timer.now())
        guard isStarted else { return }
        if isLowData {
            listening?.cancel()
            listening = nil
        } else if listening == nil {
            listen()
        }
        proceed()
    }

    /// The status now, and each one that follows; of several that follow fast, the newest.
    public func statuses() -> AsyncStream<SyncStatus> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SyncStatus.self, bufferingPolicy: .bufferingNewest(1))
        let listener = nextListener
        nextListener += 1
        listeners[listener] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.forget(listener) }
        }
        continuation.yield(status)
        return stream
    }

    private func forget(_ listener: Int) { listeners[listener] = nil }

    private func proceed() {
        alarm?.cancel()
        alarm = nil
        guard isStarted else { return }
        switch schedule.next(at: timer.now()) {
        case .rest: break
        case .run(let cause):
            run = Task { await self.perform(cause) }
        case .wait(let time):
            alarm = Task { [timer] in
                guard (try? await timer.sleep(max(.zero, time - timer.now()))) != nil else {
                    return
                }
                if !Task.isCancelled { self.ring() }
            }
        }
    }

    private func ring() {
        alarm = nil
        proceed()
    }

    private func perform(_ cause: SyncCause) async {
        do {
            // What a run itself merged was observed as a write, too.
            if cause == .write, try await pendingChanges() == 0 {
                return finish { $0.succeeded(at: $1, hasMore: false) }
            }
            status.activity = .syncing
            let report = try await synchronizer.run(
                mayWrite: mayWrite, didPull: didPull,
                progress: { if !Task.isCancelled { self.status.report = $0 } })
            let pending = report.isWritingRefused ? 0 : try await pendingChanges()
            status.report = report
            status.lastSuccess = store.environment.wallMilliseconds()
            finish { $0.succeeded(at: $1, hasMore: pending > 0) }
        } catch {
            guard !Task.isCancelled else { return }
            let part = Double(store.environment.randomBytes(1).first ?? 0) / 255
            finish(failure: error) { $0.failed(at: $1, part: part) }
        }
    }

    private func finish(
        failure: (any Error)? = nil, _ change: (inout SyncSchedule, Duration) -> Void
    ) {
        guard !Task.isCancelled else { return }
        run = nil
        change(&schedule, timer.now())
        status.activity =
            failure.map { .retrying(failures: schedule.failures, reason: "\($0)") } ?? .waiting
        proceed()
    }

    private func pendingChanges() async throws -> Int {
        try await store.offActor { store in
            try store.pendingChangeCount() + (store.hasUnsent() ? 1 : 0)
        }
    }

    private func observeWrites() {
        let tables = store.schema.tables.map { Table($0.name) }
        observation = DatabaseRegionObservation(tracking: tables).start(
            in: store.pool,
            onError: { _ in },
            onChange: { [weak self] _ in Task { await self?.noteWrite() } })
    }

    private func noteWrite() {
        guard isStarted else { return }
        schedule.wrote(at: timer.now())
        proceed()
    }

    private func listen() {
        guard !schedule.isLowData else { return }
        listening = Task {
            var backoff = Backoff(pace.retryDelays)
            while !Task.isCancelled {
                do {
                    guard try await transport.waitForNews(after: try store.cursor()) else { return }
                    backoff.reset()
                    self.noteNews()
                    // Until what is new was fetched, the same news would come again.
                    await self.run?.value
                } catch {
                    try? await timer.sleep(backoff.next(leavingOut: 0))
                }
            }
        }
    }

    private func noteNews() {
        guard isStarted else { return }
        schedule.heardNews(at: timer.now())
        proceed()
    }
}

/// What an engine does, and did last.
public struct SyncStatus: Hashable, Sendable {
    /// What an engine does at present.
    public enum Activity: Hashable, Sendable {
        /// Nothing, until ``SyncEngine/start()``.
        case stopped
        /// All is exchanged as far as is known; the engine waits for a reason to run.
        case waiting
        /// A run is under way; ``SyncStatus/report`` says how far it is.
        case syncing
        /// The last run failed, as so many before it without a success between; the next one is
        /// due by itself.
        case retrying(failures: Int, reason: String)
    }

    /// What the engine does at present.
    public internal(set) var activity = Activity.stopped
    /// What the run that is under way did so far, or else what the last one did.
    public internal(set) var report: SyncReport?
    /// When the last run ended well, in milliseconds since 1970 by this device's clock.
    public internal(set) var lastSuccess: UInt64?
}

/// The passing of time, as an engine sees it.
package struct EngineTimer: Sendable {
    /// The time since some fixed moment; never falls.
    package var now: @Sendable () -> Duration
    /// Waits; throws where the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    /// A timer of these two.
    package init(
        now: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        (self.now, self.sleep) = (now, sleep)
    }

    /// The machine's: it goes on while the machine sleeps.
    static let continuous: EngineTimer = {
        let start = ContinuousClock.now
        return EngineTimer(
            now: { ContinuousClock.now - start },
            sleep: { try await Task.sleep(for: $0, clock: .continuous) })
    }()
}
