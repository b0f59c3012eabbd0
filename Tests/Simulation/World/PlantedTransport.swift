import Synchronization
import SyncKit

/// A server that does what ``Plant/forgetfulServer`` or ``Plant/leakyPull`` says.
struct PlantedTransport: Transport {
    let transport: any Transport
    let plant: Plant

    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        guard plant == .forgetfulServer, segment.header.number == 2 else {
            return try await transport.push(segment)
        }
        let page = try await transport.pull(PullRequest(after: 0))
        return PushAcknowledgement(sequence: page.server.head + 1, server: page.server)
    }

    func pull(_ request: PullRequest) async throws -> PulledPage {
        let page = try await transport.pull(request)
        // The last one stays, so that the cursor moves on.
        guard plant == .leakyPull, let last = page.segments.last else { return page }
        let kept = page.segments.dropLast().filter { $0.sequence.rawValue % 4 != 0 }
        return PulledPage(
            segments: kept + [last], historyHash: page.historyHash,
            isOtherHistory: page.isOtherHistory,
            server: page.server)
    }

    func push(_ chunk: SnapshotChunk) async throws { try await transport.push(chunk) }

    func newestSnapshot() async throws -> SnapshotManifest? {
        try await transport.newestSnapshot()
    }

    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try await transport.chunk(index, of: snapshot)
    }
}
