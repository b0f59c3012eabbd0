/// What was counted in all: every transaction that counts, by a number of its own.
struct Tally {
    private enum Outcome {
        /// It failed, and may be there all the same.
        case unknown
        case committed
        case refused
    }

    private struct Write {
        let counts: [(key: Int, value: Int64)]
        var outcome = Outcome.unknown
    }

    private var writes: [Write] = []

    /// Notes a transaction that is about to be made; returns its number.
    mutating func begin(_ write: AnnexWrite) -> Int {
        let counts = write.statements.filter { $0.kind == .count && $0.key != Annex.droppedTally }
        writes.append(Write(counts: counts.map { ($0.key, Int64($0.value)) }))
        return writes.count - 1
    }

    /// It was made.
    mutating func commit(_ number: Int) { writes[number].outcome = .committed }

    /// SQLite refused it.
    mutating func refuse(_ number: Int) { writes[number].outcome = .refused }

    /// What is wrong with the counters, nil where they may be so: what surely was not lost counts
    /// once, and what may have been lost at most once.
    ///
    /// - Parameter required: The transactions that somebody surely has.
    func complaint(
        about tallies: [Int: (plays: Int64, best: Int64)], required: CommitSet
    ) -> String? {
        for key in 0..<Annex.keys where key != Annex.droppedTally {
            let found = tallies[key] ?? (0, 0)
            let sure = counts(of: key) { $0.outcome == .committed && required.contains($1) }
            let all = counts(of: key) { write, _ in write.outcome != .refused }
            let (least, most) = (sure.reduce(0, +), all.reduce(0, +))
            guard (least...most).contains(found.plays) else {
                return "tally \(key) is \(found.plays), not \(least) and up to \(most)"
            }
            guard ((sure.max() ?? 0)...(all.max() ?? 0)).contains(found.best) else {
                return "tally \(key) has \(found.best) as its greatest, not \(sure.max() ?? 0)"
            }
        }
        return nil
    }

    private func counts(of key: Int, where isMeant: (Write, Int) -> Bool) -> [Int64] {
        writes.enumerated().filter { isMeant($0.element, $0.offset) }.flatMap { entry in
            entry.element.counts.filter { $0.key == key }.map(\.value)
        }
    }
}
