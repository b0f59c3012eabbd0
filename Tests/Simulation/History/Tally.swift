/// What was counted in all, by key: surely, and perhaps besides.
struct Tally {
    private struct Sum {
        var sure: Int64 = 0
        var perhaps: Int64 = 0
        var sureBest: Int64 = 0
        var perhapsBest: Int64 = 0

        mutating func begin(_ value: Int64) {
            perhaps += value
            perhapsBest = max(perhapsBest, value)
        }

        mutating func commit(_ value: Int64) {
            perhaps -= value
            sure += value
            sureBest = max(sureBest, value)
        }
    }

    private var sumsByKey: [Int: Sum] = [:]

    /// Notes a transaction that is about to be made.
    mutating func begin(_ write: AnnexWrite) {
        for (key, value) in Self.counts(write) {
            sumsByKey[key, default: Sum()].begin(value)
        }
    }

    /// It was made.
    mutating func commit(_ write: AnnexWrite) {
        for (key, value) in Self.counts(write) {
            sumsByKey[key]?.commit(value)
        }
    }

    /// SQLite refused it.
    mutating func undo(_ write: AnnexWrite) {
        for (key, value) in Self.counts(write) { sumsByKey[key]?.perhaps -= value }
    }

    /// What is wrong with the counters, nil where they may be so.
    func complaint(about tallies: [Int: (plays: Int64, best: Int64)]) -> String? {
        for (key, sum) in sumsByKey.sorted(by: { $0.key < $1.key }) {
            let found = tallies[key] ?? (0, 0)
            guard (sum.sure...sum.sure + sum.perhaps).contains(found.plays) else {
                return "tally \(key) is \(found.plays), not \(sum.sure) and up to \(sum.perhaps)"
            }
            guard (sum.sureBest...max(sum.sureBest, sum.perhapsBest)).contains(found.best) else {
                return "tally \(key) has \(found.best) as its greatest, not \(sum.sureBest)"
            }
        }
        return nil
    }

    private static func counts(_ write: AnnexWrite) -> [(key: Int, value: Int64)] {
        write.statements.filter { $0.kind == .count }.map { ($0.key, Int64($0.value)) }
    }
}
