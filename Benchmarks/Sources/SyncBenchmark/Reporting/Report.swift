/// All runs, drawn together.
struct Report {
    /// A row with what each engine reached in it.
    struct Line {
        let row: ReportRow
        let summaries: [String: Summary]
        /// Whether SyncKit reaches the goal; nothing where there is no goal or no figure.
        let meetsGoal: Bool?
    }

    /// The engine whose figures the goals are for.
    static let judged = "synckit"

    let options: BenchmarkOptions
    let runs: [RunFigures]
    /// The engines in the order of their first runs.
    let engines: [String]
    let lines: [Line]
    /// What is wrong with the content that runs left; empty when all is right.
    let wrongContent: [String]

    init(_ options: BenchmarkOptions, runs: [RunFigures]) {
        self.options = options
        self.runs = runs
        var engines: [String] = []
        for run in runs where !engines.contains(run.engine) { engines.append(run.engine) }
        self.engines = engines
        lines = ReportRow.all.compactMap { row in
            let found = engines.compactMap { engine in
                Summary(row, of: engine, in: runs).map { (engine, $0) }
            }
            guard !found.isEmpty else { return nil }
            let summaries = Dictionary(uniqueKeysWithValues: found)
            return Line(
                row: row, summaries: summaries,
                meetsGoal: Self.meetsGoal(row, summaries[Self.judged]))
        }
        wrongContent = runs.flatMap { run in
            ReferenceDigests.wrongContent(of: run, options).map { "\(run.engine): \($0)" }
        }
    }

    private static func meetsGoal(_ row: ReportRow, _ summary: Summary?) -> Bool? {
        guard let goal = row.goal, let summary else { return nil }
        switch row.comparison {
        case .ratioToRaw: return summary.ratio.map { $0 <= goal }
        case .absolute: return summary.value <= goal
        }
    }
}
