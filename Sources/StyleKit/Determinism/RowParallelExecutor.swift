import Dispatch
import Synchronization

/// Runs work on the rows of a picture on several threads, in fixed bands of 16 rows, so that the
/// result never depends on the number of threads.
///
/// Between bands it asks whether the caller wants to stop; after a yes the remaining bands are
/// skipped, and what they would have written stays as it was.
struct RowParallelExecutor {
    /// Fine enough that two threads share a picture of 64 rows, coarse enough that a band costs
    /// more than its scheduling.
    static let rowsPerBand = 16

    let threads: Int
    private let cancellation: Cancellation

    init(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.threads = threads
        cancellation = Cancellation(isCancelled)
    }

    /// - Throws: ``StyleError/cancelled`` once the caller wants to stop.
    func checkCancellation() throws(StyleError) {
        if cancellation.isRequested { throw .cancelled }
    }

    /// Whether the caller wants to stop: for loops on one thread.
    var isCancelled: Bool { cancellation.isRequested }

    /// Calls `body` once for every band of rows, from several threads at once.
    ///
    /// Each call may write to its own rows only.
    func run(rows: Int, _ body: (Range<Int>) -> Void) {
        let count = (rows + Self.rowsPerBand - 1) / Self.rowsPerBand
        each(count) { band in
            body((band * Self.rowsPerBand)..<min(rows, (band + 1) * Self.rowsPerBand))
        }
    }

    /// The same with the indices of a band's pixels, row-major.
    func run(rows: Int, width: Int, _ body: (Range<Int>) -> Void) {
        run(rows: rows) { rows in
            body((rows.lowerBound * width)..<(rows.upperBound * width))
        }
    }

    /// Calls `body` once for every index below `count`, from several threads at once, in no order.
    func each(_ count: Int, _ body: (Int) -> Void) {
        if threads == 1 || count < 2 {
            for index in 0..<count where !cancellation.isRequested { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Safe: every index is taken once, and each call writes to memory of its own only.
            nonisolated(unsafe) let work = body
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count, !cancellation.isRequested else { return }
                    work(index)
                }
            }
        }
    }

    /// Serializes the question, and never repeats it after a yes.
    private final class Cancellation: Sendable {
        private let isCancelled = Mutex(false)
        private let question: @Sendable () -> Bool

        init(_ question: @escaping @Sendable () -> Bool) { self.question = question }

        var isRequested: Bool {
            isCancelled.withLock { isCancelled in
                if !isCancelled { isCancelled = question() }
                return isCancelled
            }
        }
    }
}
