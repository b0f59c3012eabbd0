import Synchronization

/// True the first time it is asked.
final class OnceBox: Sendable {
    private let isFresh = Mutex(true)

    func take() -> Bool {
        isFresh.withLock { isFresh in
            defer { isFresh = false }
            return isFresh
        }
    }
}
