import Foundation
import Synchronization
package import SyncKit

/// An account's server in memory: an order of segments, and nothing else.
package final class SegmentRelay: Transport {
    private struct State {
        var segments: [[UInt8]] = []
        var showsSegments = true
    }

    private let state = Mutex(State())

    /// An account without segments.
    package init() {}

    /// All segments in order.
    package var segments: [[UInt8]] { state.withLock(\.segments) }

    /// Whether pulling gives anything: off while only pushing is measured.
    var showsSegments: Bool {
        get { state.withLock(\.showsSegments) }
        set { state.withLock { $0.showsSegments = newValue } }
    }

    package func push(_ segment: SealedSegment) async throws -> PushAcknowledgement {
        let sequence = state.withLock {
            $0.segments.append(segment.bytes)
            return Int64($0.segments.count)
        }
        return PushAcknowledgement(
            sequence: sequence, serverMilliseconds: Self.milliseconds, epoch: 1)
    }

    package func pull(after sequence: Int64) async throws -> PulledPage {
        let page = state.withLock { state -> [SequencedSegment] in
            guard state.showsSegments else { return [] }
            let first = Int(sequence)
            return state.segments.dropFirst(first).prefix(64).enumerated().map {
                SequencedSegment(sequence: Int64(first + $0 + 1), bytes: $1)
            }
        }
        return PulledPage(segments: page, serverMilliseconds: Self.milliseconds, epoch: 1)
    }

    private static var milliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
