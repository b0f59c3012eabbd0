import SyncKit
import Synchronization
import TestSupport

/// A transport that loses everything after a number of pushed segments, or its pulls.
final class ExhaustedTransport: Transport {
    let base: SimulatedDevice
    private let left: Mutex<Int>
    private let losesPulls: Bool

    init(_ base: SimulatedDevice, pushes: Int, losesPulls: Bool = false) {
        self.base = base
        self.losesPulls = losesPulls
        left = Mutex(pushes)
    }

    func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let hasLeft = left.withLock { left in
            left -= 1
            return left >= 0
        }
        guard hasLeft else { throw SimulatedLoss() }
        return try await base.push(segment)
    }
    func pull(_ request: PullRequest) async throws -> PulledPage {
        if losesPulls { throw SimulatedLoss() }
        return try await base.pull(request)
    }
    func push(_ chunk: SnapshotChunk) async throws { try await base.push(chunk) }
    func newestSnapshot() async throws -> SnapshotManifest? {
        try await base.newestSnapshot()
    }
    func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        try await base.chunk(index, of: snapshot)
    }
}
