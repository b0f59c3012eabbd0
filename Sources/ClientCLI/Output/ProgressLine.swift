import SignedObjects
import Synchronization

/// Draws a progress line where a person watches, and only when it changes.
final class ProgressLine: Sendable {
    private let label: String
    private let last = Mutex(-1)

    init(_ label: String) {
        self.label = label
    }

    func show(_ part: Double) {
        guard Terminal.showsProgress else { return }
        let percent = Int(rounding: part * 100)
        let changed = last.withLock { last in
            defer { last = percent }
            return last != percent
        }
        if changed { Terminal.progress(label, part) }
    }

    func end() {
        if Terminal.showsProgress && last.withLock({ $0 >= 0 }) { Terminal.endProgress() }
    }
}
