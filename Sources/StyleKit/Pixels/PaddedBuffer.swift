/// A fixed run of plain values outside Swift's bounds checks, for the inner loops.
///
/// Sixty-four bytes of slack follow, so that a wide load at the last value stays inside.
final class PaddedBuffer<Element: BitwiseCopyable> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int

    init(count: Int, filledWith value: Element) {
        let slack = 64 / MemoryLayout<Element>.stride + 1
        self.count = count
        pointer = .allocate(capacity: count + slack)
        pointer.initialize(repeating: value, count: count + slack)
    }

    deinit { pointer.deallocate() }

    /// Reads or writes a value; the caller keeps the index inside.
    subscript(index: Int) -> Element {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}
