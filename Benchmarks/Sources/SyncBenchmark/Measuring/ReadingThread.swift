import Foundation
import Synchronization

/// A thread that reads again and again and notes how long each read took.
final class ReadingThread: Sendable {
    private struct State {
        var milliseconds: [Double] = []
        var isStopping = false
        var failure: (any Error)?
    }

    private let read: @Sendable () throws -> Void
    private let state = Mutex(State())
    private let hasEnded = DispatchSemaphore(value: 0)

    init(_ read: @escaping @Sendable () throws -> Void) {
        self.read = read
    }

    /// Begins to read.
    func start() {
        Thread.detachNewThread { [self] in
            while !state.withLock(\.isStopping) { readOnce() }
            hasEnded.signal()
        }
    }

    /// Ends and gives the times of all reads; throws what a read threw.
    func stop() throws -> [Double] {
        state.withLock { $0.isStopping = true }
        hasEnded.wait()
        if let failure = state.withLock(\.failure) { throw failure }
        return state.withLock(\.milliseconds)
    }

    private func readOnce() {
        var watch = Stopwatch()
        do {
            try watch.time(read)
            state.withLock { $0.milliseconds.append(watch.wallMilliseconds) }
            // A read a millisecond is enough to notice a pause, and leaves the processor alone.
            usleep(1000)
        } catch {
            state.withLock {
                $0.failure = error
                $0.isStopping = true
            }
        }
    }
}
