/// Rows that were born in some events and still live, by their places.
struct Births {
    /// In rising order, without overlap; places in ``gone`` do not count.
    private(set) var runs: [RunTable.Run] = []
    private var gone: Set<Int64> = []

    /// Whether the row born at `place` is no more.
    func isGone(_ place: Int64) -> Bool {
        !gone.isEmpty && gone.contains(place)
    }

    /// Adds rows; a place that is used again belongs to the later birth.
    mutating func add(_ first: Int64, _ count: Int64, stamp: Int64) {
        let new = RunTable.Run(first: first, count: count, stamp: stamp)
        guard let last = runs.last, first < last.end else {
            return append(new)
        }
        var kept: [RunTable.Run] = []
        for run in runs {
            guard run.first < new.end, new.first < run.end else {
                kept.append(run)
                continue
            }
            if run.first < new.first {
                kept.append(
                    RunTable.Run(
                        first: run.first, count: new.first - run.first, stamp: run.stamp))
            }
            if run.end > new.end {
                kept.append(
                    RunTable.Run(first: new.end, count: run.end - new.end, stamp: run.stamp))
            }
        }
        kept.append(new)
        runs = kept.sorted { $0.first < $1.first }
        gone = gone.filter { $0 < new.first || $0 >= new.end }
    }

    /// Notes that the row at `place` is no more; false where it was not born here.
    mutating func remove(_ place: Int64) -> Bool {
        guard contains(place) else { return false }
        if let last = runs.last, last.end == place + 1 {
            // The usual case of a place that is used again: cheap, and no splitting later.
            runs[runs.count - 1].count -= 1
            if last.count == 1 { runs.removeLast() }
        } else {
            gone.insert(place)
        }
        return true
    }

    /// Whether a living row was born at `place`.
    func contains(_ place: Int64) -> Bool {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= place { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].first <= place && !isGone(place)
    }

    private mutating func append(_ run: RunTable.Run) {
        if let last = runs.last, last.end == run.first, last.stamp == run.stamp {
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }
}
