import Synchronization
import SyncKit

/// Sees every segment that reaches the server, and whether a place in a chain came to hold two.
final class ChainWatch: Sendable {
    private struct Place: Hashable {
        let replica: ReplicaID
        let number: UInt64
    }

    private struct State {
        var hashesByPlace: [Place: [UInt8]] = [:]
        var complaint: String?
    }

    private let state = Mutex(State())

    /// What was wrong first.
    var complaint: String? { state.withLock { $0.complaint } }

    func see(_ segment: SealedSegment) {
        let place = Place(replica: segment.header.replica, number: segment.header.number)
        let hash = segment.hash
        state.withLock { state in
            if let known = state.hashesByPlace[place], known != hash {
                state.complaint = "two segments are number \(place.number) of \(place.replica)"
            }
            state.hashesByPlace[place] = hash
        }
    }
}
