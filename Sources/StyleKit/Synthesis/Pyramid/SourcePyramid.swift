/// The works at every level of a plan; a level is prepared when it is first asked for.
///
/// The pixels of a work at a level depend on the work and the level's size only, so a draft samples
/// the same pixels as its finished picture.
final class SourcePyramid {
    /// How the works are roughed in to be compared with a guide.
    enum Abstraction {
        /// Not at all: patches are guided by what surrounds them.
        case none
        /// As a sketch is: few flat areas.
        case areas
        /// As a picture is that is painted after: with its small forms.
        case fineAreas
    }

    let plan: PyramidPlan
    let isOpaque: Bool
    private let abstraction: Abstraction
    private let isOnPaper: Bool
    private let keepsLevels: Bool
    let lastLevel: Int
    private var worksByLevel: [[SourceLevel.Work]]
    private var madeByLevel: [Int: (source: SourceLevel, index: PatchIndex)] = [:]
    private var small: [Canvas] = []
    /// The index in the model of each work that is used, in the order of the levels' areas.
    private(set) var entries: [Int] = []

    /// Decompresses the works and scales them to every level.
    ///
    /// - Parameters:
    ///   - abstraction: How the works are roughed in.
    ///   - isOnPaper: Whether transparent parts of the works count as white paper, as under an
    ///     opaque sketch; under one with transparent parts they match those.
    ///   - lastLevel: The finest level that will be asked for.
    ///   - keepsLevels: Whether levels are kept for several pictures.
    /// - Throws: ``StyleError/damagedModel(reason:)``, ``StyleError/cancelled``.
    init(
        model: StyleModel, settings: GenerationSettings, plan: PyramidPlan, lastLevel: Int,
        abstraction: Abstraction, isOnPaper: Bool, keepsLevels: Bool, executor: RowParallelExecutor
    ) throws(StyleError) {
        self.plan = plan
        self.abstraction = abstraction
        self.isOnPaper = isOnPaper
        self.keepsLevels = keepsLevels
        self.lastLevel = lastLevel
        let uses = Dictionary(settings.works.map { ($0.workID, $0) }, uniquingKeysWith: { $1 })
        worksByLevel = [[SourceLevel.Work]](repeating: [], count: lastLevel + 1)
        var isOpaque = true
        for (entry, work) in model.works.enumerated() {
            guard let size = plan.works[entry] else { continue }
            try executor.checkCancellation()
            let mips = Mipmap(try model.canvas(of: work))
            isOpaque = isOpaque && mips.levels[0].isOpaque
            let use = uses[work.id]
            for level in 0...lastLevel {
                let size = PyramidPlan.scaled(size, by: plan.scales[level])
                try executor.checkCancellation()
                let canvas = mips.scaled(width: size.width, height: size.height, executor: executor)
                worksByLevel[level].append(
                    SourceLevel.Work(
                        entry: entry, canvas: canvas,
                        avoided: (use?.avoided ?? []).map {
                            $0.pixels(width: size.width, height: size.height)
                        },
                        keptWhole: (use?.keptWhole ?? []).map {
                            $0.pixels(width: size.width, height: size.height)
                        }))
            }
            entries.append(entry)
            if abstraction != .none {
                let canvas = mips.shortSide(128)
                small.append((isOnPaper ? canvas.onWhite : canvas).features)
            }
        }
        self.isOpaque = isOpaque
    }

    /// The features of the works at a short side of at most 128 pixels, to count their colours;
    /// empty without a sketch.
    var smallFeatures: [Canvas] { small }

    /// The works at a level, as compositions look at them; before that level is asked for.
    ///
    /// - Parameter areas: The works' indices; nil for all.
    func composedWorks(
        _ level: Int = 0, areas: [Int]? = nil, executor: RowParallelExecutor
    ) -> [ComposedWork] {
        (areas ?? Array(worksByLevel[level].indices)).map { area in
            let work = worksByLevel[level][area]
            return ComposedWork(
                work.canvas.features(executor), area: area, avoided: work.avoided,
                keptWhole: work.keptWhole, executor: executor)
        }
    }

    /// One level and the index of its patches.
    ///
    /// - Throws: ``StyleError/nothingToUse`` if no patch may be used; ``StyleError/cancelled``.
    func level(
        _ level: Int, executor: RowParallelExecutor
    ) throws(StyleError) -> (source: SourceLevel, index: PatchIndex) {
        if let made = madeByLevel[level] { return made }
        let works = worksByLevel[level]
        if !keepsLevels { worksByLevel[level] = [] }
        guard !works.isEmpty else { throw .nothingToUse }
        let source = SourceLevel(
            works, keepsColors: level == lastLevel,
            areaRadius: areaRadius(level), isOnPaper: isOnPaper,
            executor: executor)
        try executor.checkCancellation()
        guard let index = PatchIndex(source, executor: executor) else { throw .nothingToUse }
        try executor.checkCancellation()
        if keepsLevels { madeByLevel[level] = (source, index) }
        return (source, index)
    }

    private func areaRadius(_ level: Int) -> Int? {
        switch abstraction {
        case .none: nil
        case .areas: plan.areaRadius(level: level)
        case .fineAreas: plan.fineAreaRadius(level: level)
        }
    }
}
