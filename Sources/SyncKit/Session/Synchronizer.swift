/// Exchanges a store's changes with a server.
public struct Synchronizer: Sendable {
    private let store: SyncStore
    private let transport: any Transport
    private let sealer: SegmentSealer

    /// A synchronizer of `store`.
    ///
    /// - Parameters:
    ///   - store: What is exchanged.
    ///   - transport: The way to the server.
    ///   - keys: The library's keys.
    ///   - account: Whose library, 16 bytes; segments of others are refused.
    public init(
        store: SyncStore, transport: any Transport, keys: LibraryKeys, account: [UInt8]
    ) {
        self.store = store
        self.transport = transport
        sealer = SegmentSealer(keys: keys, account: account)
    }

    /// Pushes what an earlier run left, pulls, then pushes what is new; safe to repeat, and to
    /// interrupt anywhere.
    ///
    /// - Parameters:
    ///   - pushes: False where the account may not write now: changes wait.
    ///   - progress: Called after each step, and each chunk of a snapshot, with what was done and
    ///     what is left.
    /// - Throws: What the transport throws, or the store; all that was acknowledged counts.
    ///   `CancellationError` where the task was cancelled between two steps.
    public func run(
        pushes: Bool = true, progress: (SyncReport) -> Void = { _ in }
    ) async throws -> SyncReport {
        var exchange = Exchange(store: store, transport: transport, sealer: sealer)
        var session = SyncSession(pushes: pushes)
        exchange.report.rowsDated = try store.dateUnknownRows()
        exchange.report.changesReceived += try store.retryQuarantined(with: sealer)
        exchange.report.segmentsUnsent = try store.unsentSegmentCount()
        var action = try session.handle(
            exchange.report.segmentsUnsent > 0 ? .startedWithUnsent : .started)
        while true {
            try Task.checkCancellation()
            guard let event = try await exchange.perform(action, pushes: pushes, progress)
            else { break }
            progress(exchange.report)
            action = try session.handle(event)
        }
        exchange.report.segmentsSetAside = try store.quarantinedSegmentCount()
        return exchange.report
    }
}

/// The doing of one sync: each action of the session becomes an event.
private struct Exchange {
    let store: SyncStore
    let transport: any Transport
    let sealer: SegmentSealer
    var report = SyncReport()
    private var page: PulledPage?
    private var server: ServerState?
    private var hasChecked = false
    /// Whether the server has said in this run that its history is the one known here.
    private var hasPulled = false

    init(store: SyncStore, transport: any Transport, sealer: SegmentSealer) {
        self.store = store
        self.transport = transport
        self.sealer = sealer
    }

    /// Does what the session asks for; nil at the end.
    mutating func perform(
        _ action: SyncSession.Action, pushes: Bool, _ progress: (SyncReport) -> Void
    ) async throws -> SyncSession.Event? {
        switch action {
        case .pull: return try await pull()
        case .apply: return try apply()
        case .loadSnapshot:
            try await SnapshotLoader(store: store, transport: transport, sealer: sealer)
                .load { left in
                    report.chunksReceived += 1
                    report.chunksLeft = left
                    progress(report)
                }
            return .loaded
        case .meetServer:
            try store.meetServer(epoch: server?.epoch ?? 0)
            report.serverRestored = true
            return .met
        case .repair:
            try store.forgetCursor(distrustingRows: true)
            report.repaired = true
            return .repaired
        case .seal:
            try store.sealPending(with: sealer)
            report.segmentsUnsent = try store.unsentSegmentCount()
            return .sealed(hasUnsent: report.segmentsUnsent > 0)
        case .push: return try await push()
        case .forgetCursor:
            try store.forgetCursor()
            return .reincarnated
        case .reincarnate:
            try store.reincarnate()
            report.reincarnated = true
            report.segmentsUnsent = 0
            return .reincarnated
        case .makeSnapshot:
            try await SnapshotMaker(store: store, transport: transport, sealer: sealer)
                .make { left in
                    report.chunksSent += 1
                    report.chunksLeft = left
                    progress(report)
                }
            return .madeSnapshot
        case .finish:
            guard pushes, !hasChecked else { return nil }
            hasChecked = true
            return .pushedAll(isSnapshotDue: try await isSnapshotDue())
        }
    }

    private mutating func pull() async throws -> SyncSession.Event {
        let (cursor, mark) = try store.place()
        let asked = store.environment.wallMilliseconds()
        let page = try await transport.pull(after: cursor, mark: mark)
        let answered = store.environment.wallMilliseconds()
        self.page = page
        server = page.server
        (report.cursor, report.head) = (cursor, page.server.head)
        // Server time lies between the question and the answer; half of the way is the best guess.
        let here = Int64(clamping: asked / 2 + answered / 2)
        let (offset, overflow) = page.server.milliseconds.subtractingReportingOverflow(here)
        if !overflow {
            report.clockOffset = .milliseconds(offset)
            try store.setClockOffset(.milliseconds(offset))
        }
        if try store.knownEpoch() == nil { try store.setEpoch(page.server.epoch) }
        guard
            try store.knownEpoch() == page.server.epoch, page.server.head >= cursor,
            !page.isOtherHistory
        else {
            hasPulled = false
            return .serverForgot
        }
        hasPulled = true
        if cursor < page.server.floor { return .pulledBelowFloor }
        if page.segments.isEmpty {
            if let told = page.mark, told != mark { try store.noteMark(told, at: cursor) }
            try store.collectGraves(through: page.server.horizon)
        }
        return .pulled(segments: page.segments.count)
    }

    private mutating func apply() throws -> SyncSession.Event {
        guard let page else { return .applied }
        let applied = try store.apply(page.segments, mark: page.mark, with: sealer)
        report.changesReceived += applied.changes
        report.segmentsReceived += page.segments.count
        report.cursor = page.segments.last?.sequence ?? report.cursor
        if applied.isForked {
            report.reincarnated = true
            return .appliedAndReincarnated
        }
        return applied.differs ? .appliedDifferent : .applied
    }

    private mutating func push() async throws -> SyncSession.Event {
        guard let segment = try store.nextUnsent() else { return .pushed(hasUnsent: false) }
        do {
            let reply = try await transport.push(segment)
            server = reply.server
            try store.acknowledge(
                number: segment.header.number, sequence: reply.sequence, mark: reply.mark,
                hasPulled: hasPulled)
        } catch is ForkedChain {
            return .refusedAsFork
        }
        report.segmentsSent += 1
        report.bytesSent += segment.bytes.count
        report.segmentsUnsent -= 1
        (report.cursor, report.head) = (try store.cursor(), server?.head ?? report.head)
        return .pushed(hasUnsent: try store.hasUnsent())
    }

    /// A snapshot is due when the segments after the last one outnumber ``Limits/snapshotTail``.
    private func isSnapshotDue() async throws -> Bool {
        guard
            let server, server.head - server.floor >= Int64(Limits.snapshotTail),
            try store.cursor() >= server.head
        else { return false }
        let newest = try await transport.newestSnapshot()
        return server.head - (newest?.cursor ?? 0) >= Int64(Limits.snapshotTail)
    }
}
