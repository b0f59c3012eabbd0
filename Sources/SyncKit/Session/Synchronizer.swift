/// Exchanges a store's changes with a server: the thin shell around ``SyncSession``.
public struct Synchronizer: Sendable {
    private let store: SyncStore
    private let transport: any Transport
    private let sealer: SegmentSealer

    /// A synchronizer of `store`.
    ///
    /// - Parameters:
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

    /// Pulls, then pushes; safe to repeat, and to interrupt anywhere.
    ///
    /// - Parameters:
    ///   - pushes: False where the account may not write now: changes wait.
    ///   - progress: Called after each step with what was done so far.
    /// - Throws: What the transport throws, or the store; all that was acknowledged counts.
    public func run(
        pushes: Bool = true, progress: (SyncReport) -> Void = { _ in }
    ) async throws -> SyncReport {
        var session = SyncSession(pushes: pushes)
        var report = SyncReport()
        var page = PulledPage(
            segments: [],
            server: ServerState(milliseconds: 0, epoch: 0, head: 0, floor: 0, horizon: 0))
        report.changesReceived += try store.retryQuarantined(with: sealer)
        var action = try session.handle(.started)
        while action != .finish {
            try Task.checkCancellation()
            let event: SyncSession.Event
            switch action {
            case .pull:
                page = try await pull(&report)
                event = .pulled(segments: page.segments.count)
            case .apply:
                report.changesReceived += try store.apply(page.segments, with: sealer)
                report.segmentsReceived += page.segments.count
                event = .applied
            case .seal:
                try store.sealPending(with: sealer)
                event = .sealed(hasUnsent: try store.hasUnsent())
            case .push:
                event = try await push(&report)
            case .reincarnate:
                try store.reincarnate(with: sealer)
                report.reincarnated = true
                event = .reincarnated
            case .finish:
                return report
            }
            progress(report)
            action = try session.handle(event)
        }
        report.segmentsSetAside = try store.quarantinedSegmentCount()
        return report
    }

    private func pull(_ report: inout SyncReport) async throws -> PulledPage {
        let asked = store.environment.wallMilliseconds()
        let page = try await transport.pull(after: try store.cursor())
        let answered = store.environment.wallMilliseconds()
        // Server time lies between the question and the answer; half of the way is the best guess.
        let here = Int64(clamping: asked / 2 + answered / 2)
        let (offset, overflow) = page.server.milliseconds.subtractingReportingOverflow(here)
        if !overflow {
            report.clockOffset = .milliseconds(offset)
            try store.setClockOffset(.milliseconds(offset))
        }
        return page
    }

    private func push(_ report: inout SyncReport) async throws -> SyncSession.Event {
        guard let segment = try store.nextUnsent() else { return .pushed(hasUnsent: false) }
        do {
            let reply = try await transport.push(segment)
            try store.acknowledge(number: segment.header.number, sequence: reply.sequence)
        } catch is ForkedChain {
            return .refusedAsFork
        }
        report.segmentsSent += 1
        report.bytesSent += segment.bytes.count
        return .pushed(hasUnsent: try store.hasUnsent())
    }
}
