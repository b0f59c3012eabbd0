import Dispatch
import Synchronization

/// Runs row work in fixed bands of 16 rows, so that the result never depends on thread count.
///
/// Between bands it asks whether to stop; once it shall, the bodies left are skipped.
struct RowParallelExecutor {
    static let rows = 16

    let threads: Int
    private let stop: Stop

    init(threads: Int, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.threads = threads
        stop = Stop(isCancelled)
    }

    /// Asks whether to stop.
    func check() throws(StyleError) {
        if stop.isAsked { throw .cancelled }
    }

    /// Whether to stop: for loops that go on from row to row.
    var isStopped: Bool { stop.isAsked }

    /// Calls `body` once for every band, from several threads at once.
    func run(rows: Int, _ body: (Range<Int>) -> Void) {
        let count = (rows + Self.rows - 1) / Self.rows
        each(count) { band in
            body((band * Self.rows)..<min(rows, (band + 1) * Self.rows))
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
            for index in 0..<count where !stop.isAsked { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Safe: every index is taken once, and bodies write to places of their own only.
            nonisolated(unsafe) let work = body
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count, !stop.isAsked else { return }
                    work(index)
                }
            }
        }
    }

    /// Asks one thread at a time, and never again after a yes.
    private final class Stop: Sendable {
        private let isStopped = Mutex(false)
        private let question: @Sendable () -> Bool

        init(_ question: @escaping @Sendable () -> Bool) { self.question = question }

        var isAsked: Bool {
            isStopped.withLock { isStopped in
                if !isStopped { isStopped = question() }
                return isStopped
            }
        }
    }
}
