/// Rows that were inserted in some events and still live, by their row ids.
struct InsertedRanges {
    /// In rising order, without overlap; row ids in ``gone`` do not count.
    private(set) var runs: [RunTable.Run] = []
    private var gone: Set<SQLRowID> = []

    /// Whether the row inserted at `rowID` is no more.
    func isGone(_ rowID: SQLRowID) -> Bool {
        !gone.isEmpty && gone.contains(rowID)
    }

    /// Adds rows; a row id that is used again belongs to the later insertion.
    mutating func add(_ first: SQLRowID, _ count: Int64, stamp: StampNumber) {
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

    /// Notes that the row at `rowID` is no more; false where it was not inserted here.
    mutating func remove(_ rowID: SQLRowID) -> Bool {
        guard contains(rowID) else { return false }
        if let last = runs.last, last.end == rowID + 1 {
            // The usual case of a row id that is used again: cheap, and no splitting later.
            runs[runs.count - 1].count -= 1
            if last.count == 1 { runs.removeLast() }
        } else {
            gone.insert(rowID)
        }
        return true
    }

    /// Whether a living row was inserted at `rowID`.
    func contains(_ rowID: SQLRowID) -> Bool {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= rowID { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].first <= rowID && !isGone(rowID)
    }

    private mutating func append(_ run: RunTable.Run) {
        if let last = runs.last, last.end == run.first, last.stamp == run.stamp {
            runs[runs.count - 1].count += run.count
        } else {
            runs.append(run)
        }
    }
}
