import SyncKit
import TestSupport

/// An honest server behind one that says and leaves out what a test wants.
struct HostileServer: Transport {
    let base: SimulatedDevice
    /// Which segments are left out.
    var withholds: @Sendable (SealedSegment) -> Bool = { _ in false }
    /// What is said of where the server stands.
    var state: @Sendable (ServerState) -> ServerState = { $0 }
    /// Which snapshot is said to be the newest.
    var snapshot: @Sendable (SnapshotManifest?) -> SnapshotManifest? = { $0 }
    /// A piece of a snapshot that is given in place of the honest one.
    var piece: @Sendable (Int) -> [UInt8]? = { _ in nil }
    /// Whether it takes snapshots.
    var takesSnapshots = true

    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let answer = try await base.push(segment)
        return PushAcknowledgement(
            sequence: answer.sequence, historyHash: answer.historyHash, server: state(answer.server)
        )
    }

    func pull(_ request: PullRequest) async throws -> PulledPage {
        let page = try await base.pull(request)
        let shown = try page.segments.filter { !withholds(try SealedSegment(bytes: $0.bytes)) }
        if shown.isEmpty, let last = page.segments.last {
            return try await pull(PullRequest(after: last.sequence))
        }
        return PulledPage(
            segments: shown, historyHash: shown.last == page.segments.last ? page.historyHash : nil,
            isOtherHistory: page.isOtherHistory, server: state(page.server))
    }

    func push(_ chunk: SnapshotChunk) async throws {
        guard takesSnapshots else { throw SnapshotRefused(reason: "no room") }
        try await base.push(chunk)
    }

    func newestSnapshot() async throws -> SnapshotManifest? {
        snapshot(try await base.newestSnapshot())
    }

    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        if let piece = piece(index) { return piece }
        return try await base.chunk(index, of: snapshot)
    }
}
