/// How long to wait before the next try: twice as long each time, and never the same for all.
struct Backoff: Sendable {
    /// The longest wait.
    static let longest = Duration.seconds(60)

    private var tries = 0

    /// Whether nothing was tried again yet.
    var isFirst: Bool { tries == 0 }

    /// The wait before the next try: between half of it and the whole, so that devices that lost
    /// one server do not all come back at once.
    mutating func next() -> Duration {
        let whole = min(Self.longest, .seconds(1 << min(tries, 6)))
        tries += 1
        return whole * Double.random(in: 0.5...1)
    }
}
