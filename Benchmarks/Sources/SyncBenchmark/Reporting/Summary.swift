/// What several runs of one engine give for one row: medians, and the spread.
struct Summary: Encodable {
    /// The median of the figure itself.
    let value: Double
    /// The median ratio to plain SQLite, the lowest and the highest.
    let ratio: Double?
    let low: Double?
    let high: Double?

    /// - Returns: Nothing where no run of `engine` has the figure.
    init?(_ row: ReportRow, of engine: String, in runs: [RunFigures]) {
        let own = runs.filter { $0.engine == engine }
        guard let value = Self.median(own.compactMap(row.value)) else { return nil }
        self.value = value
        let ratios = own.compactMap { run -> Double? in
            guard
                row.comparison == .ratioToRaw, let figure = row.value(run),
                let raw = Self.rawFigure(row, around: run, in: runs), raw > 0
            else { return nil }
            return figure / raw
        }
        ratio = Self.median(ratios)
        low = ratios.min()
        high = ratios.max()
    }

    /// The mean of plain SQLite's figures just before and just after a run.
    private static func rawFigure(
        _ row: ReportRow, around run: RunFigures, in runs: [RunFigures]
    ) -> Double? {
        let raws = runs.filter {
            $0.engine == "raw" && $0.repetition == run.repetition && $0.place != run.place
        }
        let before = raws.last { $0.place < run.place }.flatMap(row.value)
        let after = raws.first { $0.place > run.place }.flatMap(row.value)
        let both = [before, after].compactMap(\.self)
        return both.isEmpty ? nil : both.reduce(0, +) / Double(both.count)
    }

    private static func median(_ numbers: [Double]) -> Double? {
        guard !numbers.isEmpty else { return nil }
        let sorted = numbers.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
