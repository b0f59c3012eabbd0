import Synchronization

/// Says that there is something new; saying it twice before anybody looks is saying it once.
final class NewsSignal: Sendable {
    /// An element for each time that it was raised since the last one was taken.
    let raised: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let lastMark = Mutex<[Int64]?>(nil)

    init() {
        (raised, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Raises it.
    func raise() { continuation.yield() }

    /// Raises it where `mark` is another than the last one, unless nobody is to look now.
    func look(at mark: [Int64]) {
        let isNew = lastMark.withLock { last in
            defer { if last != nil { last = mark } }
            return last != nil && last != mark
        }
        if isNew { raise() }
    }

    /// From here on marks say nothing: this program writes itself.
    func lookAway() { lastMark.withLock { $0 = nil } }

    /// From here on every mark but `mark` is news.
    func lookAgain(from mark: [Int64]) { lastMark.withLock { $0 = mark } }
}
