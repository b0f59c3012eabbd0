/// How long something took, counted by bounds, as Prometheus wants it.
struct Histogram {
    /// The upper bounds in seconds; what takes longer counts only in the whole.
    static let bounds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// How many took at most as long as the bound at the same place, and longer than the one
    /// before it.
    private(set) var counts = [Int](repeating: 0, count: Histogram.bounds.count)
    /// How many there were.
    private(set) var count = 0
    /// How long all of them took, in seconds.
    private(set) var sum = 0.0

    /// Counts one more.
    mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        count += 1
        sum += seconds
        if let place = Self.bounds.firstIndex(where: { seconds <= $0 }) { counts[place] += 1 }
    }
}
