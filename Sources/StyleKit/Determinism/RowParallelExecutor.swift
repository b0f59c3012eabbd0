import Dispatch
import Synchronization

/// Runs row work in fixed bands of 16 rows, so that the result never depends on thread count.
///
/// Between bands it asks whether to stop; once it shall, the bodies left are skipped.
struct RowParallelExecutor {
    static let rowsPerBand = 16

    let threads: Int
    private let cancellation: Cancellation

    init(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.threads = threads
        cancellation = Cancellation(isCancelled)
    }

    /// Asks whether to stop.
    func checkCancellation() throws(StyleError) {
        if cancellation.isRequested { throw .cancelled }
    }

    /// Whether to stop: for loops that go on from row to row.
    var isCancelled: Bool { cancellation.isRequested }

    /// Calls `body` once for every band, from several threads at once.
    func run(rows: Int, _ body: (Range<Int>) -> Void) {
        let count = (rows + Self.rowsPerBand - 1) / Self.rowsPerBand
        each(count) { band in
            body((band * Self.rowsPerBand)..<min(rows, (band + 1) * Self.rowsPerBand))
        }
    }

    /// The same with the places of a band's pixels, row-major.
    func run(rows: Int, width: Int, _ body: (Range<Int>) -> Void) {
        run(rows: rows) { rows in
            body((rows.lowerBound * width)..<(rows.upperBound * width))
        }
    }

    /// Calls `body` once for every index below `count`, from several threads at once.
    func each(_ count: Int, _ body: (Int) -> Void) {
        if threads == 1 || count < 2 {
            for index in 0..<count where !cancellation.isRequested { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Safe: every index is taken once, and bodies write to places of their own only.
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

    /// Asks one thread at a time, and never again after a yes.
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
