import Dispatch
import Synchronization

/// Runs row work in fixed bands of 16 rows, so that the result never depends on thread count.
struct Bands {
    static let rows = 16

    let threads: Int

    /// Calls `body` once for every band, from several threads at once.
    func run(rows: Int, _ body: (Range<Int>) -> Void) {
        let count = (rows + Self.rows - 1) / Self.rows
        each(count) { band in
            body((band * Self.rows)..<min(rows, (band + 1) * Self.rows))
        }
    }

    /// Calls `body` once for every index below `count`, from several threads at once.
    func each(_ count: Int, _ body: (Int) -> Void) {
        if threads == 1 || count < 2 {
            for index in 0..<count { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Safe: every index is taken once, and bodies write to places of their own only.
            nonisolated(unsafe) let work = body
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    work(index)
                }
            }
        }
    }
}
