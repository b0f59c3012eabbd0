/// Which of two values of one column wins, whatever the order in which they arrive.
public enum MergePolicy: UInt8, Hashable, Sendable {
    /// The later write wins.
    case lastWriter = 0
    /// The first value that is not null stays for ever; for facts that never change.
    ///
    /// Writing another value over it is refused.
    case firstWriter = 1
    /// The greatest value wins, in SQLite's order without collations: null, numbers, texts, blobs.
    ///
    /// Writing a lesser value over it is refused.
    case maximum = 2
    /// The column is an integer sum: each replica adds what it adds, and all additions count.
    ///
    /// Null counts as zero; a value that is not an integer is refused.
    case counter = 3

    /// Whether a cell written at `stamp` takes the place of one written at `old`.
    ///
    /// The order is total for each policy, so that merging is commutative, associative and
    /// idempotent. Counters are not merged by it: see ``RowChange/Count``.
    package func replaces(
        _ old: (stamp: Stamp, value: SQLValue), by new: (stamp: Stamp, value: SQLValue)
    ) -> Bool {
        switch self {
        case .lastWriter, .counter:
            return new.stamp > old.stamp
        case .firstWriter:
            switch (old.value, new.value) {
            case (.null, .null): return new.stamp > old.stamp
            case (.null, _): return true
            case (_, .null): return false
            default: return new.stamp < old.stamp
            }
        case .maximum:
            if new.value == old.value { return new.stamp > old.stamp }
            return old.value.sortsBefore(new.value)
        }
    }
}
