import Foundation
import Synchronization
package import SyncKit

/// A server for one account, in memory: an order of segments, the newest snapshot, and nothing
/// else. It never fails and checks nothing.
package final class AccountRelay: Transport {
    private struct State {
        var segments: [[UInt8]] = []
        var snapshot: SnapshotManifest?
        var chunks: [Int: [UInt8]] = [:]
        var floor = ServerSequence.none
        var horizon = ServerSequence.none
    }

    private let before: ServerSequence
    private let state = Mutex(State())
    /// As the server has it.
    private static let pageBytes = 2 * 1024 * 1024

    /// An account without segments.
    ///
    /// - Parameter isOld: Whether as many places as make a snapshot due are taken by segments that
    ///   nobody needs, as in an account that has been used for long.
    package init(isOld: Bool) {
        before = ServerSequence(isOld ? Int64(Limits.snapshotTail) : 0)
    }

    /// Says that every device has pulled everything.
    package func raiseHorizon() {
        state.withLock { $0.horizon = before + Int64($0.segments.count) }
    }

    /// As the protocol says.
    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        state.withLock { state in
            state.segments.append(segment.bytes)
            return PushAcknowledgement(
                sequence: before + Int64(state.segments.count), server: serverState(state))
        }
    }

    /// As the protocol says.
    package func pull(_ request: PullRequest) async throws -> PulledPage {
        state.withLock { state in
            let first = Int(max(0, request.sequence - before))
            let isKept = request.sequence >= state.floor
            let kept = isKept ? state.segments.dropFirst(first).prefix(Limits.pageSegments) : []
            var page: [SequencedSegment] = []
            var byteCount = 0
            for bytes in kept {
                byteCount += bytes.count
                if !page.isEmpty, byteCount > Self.pageBytes { break }
                page.append(
                    SequencedSegment(
                        sequence: before + Int64(first + page.count + 1), bytes: Self.copy(bytes)))
            }
            return PulledPage(segments: page, server: serverState(state))
        }
    }

    /// As the protocol says.
    package func push(_ chunk: SnapshotChunk) async throws {
        state.withLock { state in
            if chunk.index == 0 { state.chunks = [:] }
            state.chunks[chunk.index] = chunk.bytes
            guard state.chunks.count == chunk.snapshot.chunkCount else { return }
            state.snapshot = chunk.snapshot
            state.floor = chunk.snapshot.cursor
        }
    }

    /// As the protocol says.
    package func newestSnapshot() async throws -> SnapshotManifest? {
        state.withLock(\.snapshot)
    }

    /// As the protocol says.
    package func chunk(_ index: Int, of snapshot: SnapshotManifest) async throws -> [UInt8] {
        let chunk = state.withLock { $0.snapshot == snapshot ? $0.chunks[index] : nil }
        guard let chunk else { throw SnapshotGone() }
        return Self.copy(chunk)
    }

    /// Whether there is a snapshot.
    package var hasSnapshot: Bool { state.withLock { $0.snapshot != nil } }

    /// The bytes of everything that a new device is sent.
    package var byteCount: Int {
        state.withLock { state in
            let tail = state.segments.dropFirst(Int(max(0, state.floor - before)))
            return (tail + Array(state.chunks.values)).reduce(0) { $0 + $1.count }
        }
    }

    /// The bytes of everything that is kept.
    package var storedByteCount: Int {
        state.withLock { state in
            (state.segments + Array(state.chunks.values)).reduce(0) { $0 + $1.count }
        }
    }

    /// Memory of its own, as what comes over a network has.
    private static func copy(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { Array($0) }
    }

    private func serverState(_ state: State) -> ServerState {
        ServerState(
            milliseconds: Int64(Date().timeIntervalSince1970 * 1000), epoch: 1,
            head: before + Int64(state.segments.count), floor: state.floor, horizon: state.horizon)
    }
}
