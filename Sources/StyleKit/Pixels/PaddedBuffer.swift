/// A buffer of fixed size without bounds checks, for inner loops.
///
/// Sixty-four bytes of padding follow the last value, so that a vector load there stays inside.
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

    /// Reads or writes a value; the caller keeps the index within `0..<count`.
    subscript(index: Int) -> Element {
        get { pointer[index] }
        set { pointer[index] = newValue }
    }
}
