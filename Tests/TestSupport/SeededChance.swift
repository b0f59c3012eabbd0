import Synchronization

/// A ``SeededGenerator`` that several may share.
package final class SeededChance: Sendable {
    private let generator: Mutex<SeededGenerator>

    /// Always draws the same numbers for `seed`.
    package init(seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    /// The next 64 bits.
    package func next() -> UInt64 { generator.withLock { $0.next() } }
}
