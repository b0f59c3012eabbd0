/// All that one engine gave in one run.
struct RunFigures: Encodable {
    let engine: String
    let repetition: Int
    /// The run's place in the order of all runs.
    let place: Int
    /// Numbers by phase, then by name.
    private(set) var figures: [String: [String: Double]] = [:]
    /// Digests of the content by phase.
    private(set) var digests: [String: String] = [:]

    init(engine: String, repetition: Int, place: Int, lines: [PhaseLine]) {
        self.engine = engine
        self.repetition = repetition
        self.place = place
        for line in lines {
            figures[line.phase, default: [:]].merge(line.figures) { $1 }
            if let digest = line.digest { digests[line.phase] = digest }
        }
    }

    /// A number of a phase.
    subscript(phase: String, name: String) -> Double? { figures[phase]?[name] }
}
