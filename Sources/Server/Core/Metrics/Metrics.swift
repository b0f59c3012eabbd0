import AtelierProtocol
import Synchronization

/// What the server counts of itself since it began.
///
/// Everything is counted by things of which there are few: routes as they are registered, statuses,
/// causes of refusals. Never by an account, a device, an address or anything a client can make up.
final class Metrics: Sendable {
    /// What requests are counted by.
    struct Request: Hashable, Comparable {
        let method: String
        let route: String
        let status: Int

        static func < (left: Self, right: Self) -> Bool {
            (left.route, left.method, left.status) < (right.route, right.method, right.status)
        }
    }

    /// What a transaction is for.
    enum Access: String, CaseIterable {
        case read
        case write
    }

    /// Everything counted.
    struct Counts {
        /// Requests that were answered.
        var requests: [Request: Int] = [:]
        /// How long they took to answer, by route.
        var requestTimes: [String: Histogram] = [:]
        /// Requests that are not answered yet.
        var requestsUnderWay = 0
        /// Refusals and failures by their cause.
        var refusals: [Problem.Kind: Int] = [:]
        /// New segments, and their bytes.
        var segments = 0
        var segmentBytes = 0
        /// New receipts.
        var receipts = 0
        /// How long transactions waited for their turn, and then took.
        var databaseWaits: [Access: Histogram] = [:]
        var databaseTimes: [Access: Histogram] = [:]
    }

    private let state = Mutex(Counts())

    /// What was counted so far.
    var counts: Counts { state.withLock { $0 } }

    /// A request came in.
    func begin() {
        state.withLock { $0.requestsUnderWay += 1 }
    }

    /// It was answered.
    ///
    /// - Parameter route: As it is registered, or `unknown`.
    func end(method: String, route: String, status: Int, took: Duration) {
        let method = Self.methods.contains(method) ? method : "other"
        state.withLock { counts in
            counts.requestsUnderWay -= 1
            counts.requests[Request(method: method, route: route, status: status), default: 0] += 1
            counts.requestTimes[route, default: Histogram()].add(took)
        }
    }

    /// A request was refused, or failed.
    func refuse(_ kind: Problem.Kind) {
        state.withLock { $0.refusals[kind, default: 0] += 1 }
    }

    /// A new segment was stored.
    func store(bytes: Int) {
        state.withLock { counts in
            counts.segments += 1
            counts.segmentBytes += bytes
        }
    }

    /// Spends got receipts.
    func receipt(_ count: Int) {
        state.withLock { $0.receipts += count }
    }

    /// A transaction began after having waited for its turn.
    func wait(for access: Access, _ duration: Duration) {
        state.withLock { $0.databaseWaits[access, default: Histogram()].add(duration) }
    }

    /// A transaction ended, its waiting included.
    func work(on access: Access, _ duration: Duration) {
        state.withLock { $0.databaseTimes[access, default: Histogram()].add(duration) }
    }

    /// Methods are sent by clients, who may make up others.
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
}

/// How long something took, counted by bounds, as Prometheus wants it.
struct Histogram {
    /// The upper bounds in seconds; what takes longer counts only in the whole.
    static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// How many took at most as long as the bound at the same place, and longer than the one
    /// before it.
    private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count)
    /// How many there were.
    private(set) var count = 0
    /// How long all of them took, in seconds.
    private(set) var sum = 0.0

    /// Counts one more.
    mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        count += 1
        sum += seconds
        if let place = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[place] += 1 }
    }
}
