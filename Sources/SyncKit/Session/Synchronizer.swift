/// Exchanges a store's changes with a server.
public struct Synchronizer: Sendable {
    private let store: SyncStore
    private let transport: any Transport
    private let sealer: SegmentSealer
    private let snapshotTail: Int

    /// Makes a synchronizer of `store`.
    ///
    /// - Parameters:
    ///   - store: The store whose changes are exchanged.
    ///   - transport: The connection to the server.
    ///   - keys: The library's keys.
    ///   - account: The library's account, 16 bytes; segments of others are refused.
    public init(
        store: SyncStore, transport: any Transport, keys: LibraryKeys, account: [UInt8]
    ) {
        self.init(
            store: store, transport: transport, keys: keys, account: account,
            snapshotTail: Limits.snapshotTail)
    }

    /// Makes a synchronizer that makes a snapshot where `snapshotTail` segments have come after the
    /// last one.
    package init(
        store: SyncStore, transport: any Transport, keys: LibraryKeys, account: [UInt8],
        snapshotTail: Int
    ) {
        self.store = store
        self.transport = CheckedTransport(base: transport)
        self.snapshotTail = snapshotTail
        sealer = SegmentSealer(keys: keys, account: account)
    }

    /// Pushes what an earlier run sealed, pulls, then pushes new changes. It may be repeated, and
    /// interrupted anywhere.
    ///
    /// The closures run on the caller's actor; the work on the database never does, so that the
    /// main actor does not wait for a merge.
    ///
    /// - Parameters:
    ///   - mayWrite: Whether the account may write now, as far as is known: asked before anything
    ///     is pushed, and again once everything is received. Where it may not, changes wait.
    ///   - didPull: Called once everything is received, before anything new is sealed: what it
    ///     writes is pushed by the same run. It may be called more than once.
    ///   - progress: Called after each step, and each chunk of a snapshot, with what was done and
    ///     what is left.
    /// - Throws: What the transport throws, or the store, or a closure; all that was acknowledged
    ///   counts. `CancellationError` where the task was cancelled between two steps.
    public func run(
        mayWrite: () async throws -> Bool = { true }, didPull: () async throws -> Void = {},
        progress: (SyncReport) -> Void = { _ in }
    ) async throws -> SyncReport {
        var exchange = Exchange(
            store: store, transport: transport, sealer: sealer, snapshotTail: snapshotTail)
        var session = SyncSession()
        let conflictsBefore = store.conflictsFound
        let sealedBefore = try await exchange.prepare()
        var action = try session.handle(
            .started(sealedBefore, mayWrite: try await mayWrite()))
        while action != .finish {
            try Task.checkCancellation()
            let event: SyncSession.Event
            if action == .askToWrite {
                try await didPull()
                let isAccepted = exchange.acceptsWrites
                let mayWrite = try await mayWrite() && isAccepted
                if !isAccepted { exchange.report.isWritingRefused = true }
                let isOvertaken = try await store.offActor { try $0.isOvertaken() }
                event = .asked(mayWrite: mayWrite, isOvertaken: isOvertaken)
            } else {
                event = try await exchange.perform(action, progress)
            }
            exchange.report.conflictsFound = store.conflictsFound - conflictsBefore
            progress(exchange.report)
            action = try session.handle(event)
        }
        exchange.report = try await store.offActor { [report = exchange.report] store in
            var report = report
            report.segmentsSetAside = try store.quarantinedSegmentCount()
            report.changesRefused = try store.refusedChangeCount()
            report.faults = try store.faults()
            return report
        }
        return exchange.report
    }
}

extension SyncStore {
    /// Runs `work` on the store away from the caller's actor, so that an app's interface does not
    /// wait for it.
    @concurrent
    func offActor<Value>(
        _ work: @Sendable (SyncStore) throws -> sending Value
    ) async throws -> sending Value { try work(self) }
}

/// Performs the actions of one session; each gives an event.
private struct Exchange {
    let store: SyncStore
    let transport: any Transport
    let sealer: SegmentSealer
    let snapshotTail: Int
    var report = SyncReport()
    /// What the server said with the last pull.
    var acceptsWrites = true

    /// Prepares the store for a run, and tells what an earlier one sealed and did not send.
    mutating func prepare() async throws -> SyncSession.SealedBefore {
        let sealedBefore: SyncSession.SealedBefore
        (report, sealedBefore) = try await store.offActor { [report, sealer] store in
            var report = report
            report.rowsDated = try store.dateUnknownRows()
            if try store.isDueToPullAgain() {
                try store.forgetCursor(distrustingRows: true)
                report.repaired = true
            }
            let retried = try store.retryQuarantined(with: sealer)
            try store.retryRefused()
            report.changesReceived = retried.changes
            report.segmentsDropped = retried.dropped
            try store.distrustUnconfirmed()
            report.segmentsUnsent = try store.unsentSegmentCount()
            return (report, try store.sealedBefore())
        }
        return sealedBefore
    }

    /// Performs an action of the session.
    mutating func perform(
        _ action: SyncSession.Action, _ progress: (SyncReport) -> Void
    ) async throws -> SyncSession.Event {
        switch action {
        case .noteOvertaken:
            try await store.offActor { try $0.noteOvertaken() }
            return .notedOvertaken
        case .pull: return try await pull()
        case .apply(let page): return .applied(try await apply(page))
        case .loadSnapshot: return try await loadSnapshot(progress)
        case .resetForNewEpoch(let epoch):
            try await store.offActor { try $0.resetForNewEpoch(epoch: epoch) }
            report.serverRestored = true
            return .didReset
        case .repair:
            try await store.offActor { try $0.forgetCursor(distrustingRows: true) }
            report.repaired = true
            return .repaired
        case .seal:
            report.segmentsUnsent = try await store.offActor { [sealer] store in
                try store.sealPending(with: sealer)
                return try store.unsentSegmentCount()
            }
            return .sealed(hasUnsent: report.segmentsUnsent > 0)
        case .push(let isOrderKnown): return try await push(isOrderKnown: isOrderKnown)
        case .forgetCursor:
            try await store.offActor { try $0.forgetCursor() }
            return .rotatedReplicaID
        case .rotateReplicaID:
            try await store.offActor { try $0.rotateReplicaID() }
            report.rotatedReplicaID = true
            report.segmentsUnsent = 0
            return .rotatedReplicaID
        case .checkSnapshot(let server):
            return .checkedSnapshot(isDue: try await isSnapshotDue(server))
        case .makeSnapshot: return try await makeSnapshot(progress)
        case .askToWrite, .finish:
            preconditionFailure("the run itself does these")
        }
    }

    private mutating func pull() async throws -> SyncSession.Event {
        let request = try await store.offActor { try $0.pullRequest() }
        let cursor = request.sequence
        let asked = store.environment.wallMilliseconds()
        let page = try await transport.pull(request)
        let answered = store.environment.wallMilliseconds()
        (report.cursor, report.head) = (cursor, page.server.head)
        acceptsWrites = page.server.acceptsWrites
        // The server read its clock between the request and the answer: half-way is the best guess.
        let here = Int64(clamping: asked / 2 + answered / 2)
        let (difference, overflow) = page.server.milliseconds.subtractingReportingOverflow(here)
        let offset: Duration? = overflow ? nil : .milliseconds(difference)
        if let offset { report.clockOffset = offset }
        let epoch = page.server.epoch
        let isKnownEpoch = try await store.offActor {
            try $0.noteServer(clockOffset: offset, epoch: epoch)
        }
        guard isKnownEpoch, page.server.head >= cursor, !page.isOtherHistory else {
            return .serverForgot(epoch: epoch)
        }
        if cursor < page.server.floor {
            // Until one is loaded that reaches as far.
            report.snapshotFailure = .notLoaded(reason: SessionError.noSnapshot.description)
            return .pulledBelowFloor(page.server)
        }
        if case .notLoaded = report.snapshotFailure { report.snapshotFailure = nil }
        if page.segments.isEmpty {
            try await store.offActor { store in
                if let told = page.historyHash, told != request.historyHash {
                    try store.noteHistoryHash(told, at: cursor)
                }
                try store.collectTombstones(through: page.server.horizon)
            }
        }
        return .pulled(page)
    }

    private mutating func loadSnapshot(
        _ progress: (SyncReport) -> Void
    ) async throws -> SyncSession.Event {
        do {
            try await SnapshotLoader(store: store, transport: transport, sealer: sealer)
                .load { left in
                    report.chunksReceived += 1
                    report.chunksLeft = left
                    progress(report)
                }
            return .loaded
        } catch let error where SnapshotLoader.isOfSnapshot(error) {
            report.snapshotFailure = .notLoaded(reason: "\(error)")
            report.chunksLeft = 0
            return .notLoaded
        }
    }

    private mutating func apply(_ page: PulledPage) async throws -> AppliedPage {
        let (applied, cursor) = try await store.offActor { [sealer] store in
            let applied = try store.applyInParts(
                page.segments, historyHash: page.historyHash, with: sealer)
            return (applied, try store.cursor())
        }
        report.changesReceived += applied.changes
        report.segmentsReceived += page.segments.count
        report.segmentsDropped += applied.dropped
        report.cursor = cursor
        if applied.isForked { report.rotatedReplicaID = true }
        return applied
    }

    private mutating func push(isOrderKnown: Bool) async throws -> SyncSession.Event {
        guard let segment = try await store.offActor({ try $0.nextUnsent() }) else {
            throw StoreError.damaged("sync_segments")
        }
        let reply: PushAcknowledgement
        do {
            reply = try await transport.push(segment)
        } catch is ForkedChain {
            return .refusedAsFork
        } catch is WritingRefused {
            report.isWritingRefused = true
            return .refusedToWrite
        }
        let (cursor, hasUnsent) = try await store.offActor { store in
            try store.acknowledge(
                number: segment.header.number, sequence: reply.sequence,
                historyHash: reply.historyHash, hasPulled: isOrderKnown)
            return (try store.cursor(), try store.hasUnsent())
        }
        report.segmentsSent += 1
        report.bytesSent += segment.bytes.count
        report.segmentsUnsent -= 1
        (report.cursor, report.head) = (cursor, reply.server.head)
        return .pushed(reply.server, hasUnsent: hasUnsent)
    }

    /// A snapshot is due when ``snapshotTail`` segments have come after the last one. It stands for
    /// everything that was pulled, so a device that has set something aside makes none.
    private func isSnapshotDue(_ server: ServerState) async throws -> Bool {
        guard
            server.head - server.floor >= Int64(snapshotTail),
            try await store.offActor({ store in
                try store.cursor() >= server.head && store.isWholeAndSent()
            })
        else { return false }
        let newest = try await transport.newestSnapshot()
        return server.head - (newest?.cursor ?? .none) >= Int64(snapshotTail)
    }

    private mutating func makeSnapshot(
        _ progress: (SyncReport) -> Void
    ) async throws -> SyncSession.Event {
        do {
            try await SnapshotMaker(store: store, transport: transport, sealer: sealer)
                .make { left in
                    report.chunksSent += 1
                    report.chunksLeft = left
                    progress(report)
                }
            return .madeSnapshot
        } catch is WritingRefused {
            report.isWritingRefused = true
            return .refusedToWrite
        } catch let refusal as SnapshotRefused {
            report.snapshotFailure = .notTaken(reason: refusal.reason)
            report.chunksLeft = 0
            return .madeSnapshot
        }
    }
}
