/// A line of the report: a figure of each run, and what it should be for SyncKit.
struct ReportRow: Sendable {
    /// What the figure is compared with.
    enum Comparison: Sendable {
        /// Plain SQLite in the same repetition.
        case ratioToRaw
        /// Nothing: the figure counts by itself.
        case absolute
    }

    let name: String
    let unit: String
    let comparison: Comparison
    /// The most that the engine should reach, and what would be excellent.
    let goal: Double?
    let stretch: Double?
    let value: @Sendable (RunFigures) -> Double?

    init(
        _ name: String, _ unit: String, _ comparison: Comparison = .ratioToRaw,
        goal: Double? = nil, stretch: Double? = nil,
        value: @escaping @Sendable (RunFigures) -> Double?
    ) {
        self.name = name
        self.unit = unit
        self.comparison = comparison
        self.goal = goal
        self.stretch = stretch
        self.value = value
    }
}
