/// The picture that guides a synthesis, if any: a sketch, or what is painted after.
enum GuidePicture {
    case none
    /// Two or three works are joined.
    case composition(CompositionStore)
    case sketch(Canvas)
    /// A work of the model, by its index, or another picture.
    case after(Canvas, entry: Int?, closeness: Int)

    /// - Parameters:
    ///   - sketch: The picture that was given beside the settings.
    /// - Throws: ``StyleError/notInModel``, ``StyleError/noPicture``,
    ///   ``StyleError/damagedModel(reason:)``.
    init(_ settings: GenerationSettings, sketch: Picture?, model: StyleModel) throws(StyleError) {
        guard case .after(let after) = settings.kind else {
            switch (settings.kind, sketch) {
            case (.collage, _), (_, nil): self = .none
            case (_, let sketch?): self = .sketch(Canvas(sketch))
            }
            if settings.kind == .free, sketch == nil {
                self = try Self.composition(settings, model: model)
            }
            return
        }
        guard let id = after.workID else {
            guard let sketch else { throw .noPicture }
            self = .after(Canvas(sketch), entry: nil, closeness: after.closeness)
            return
        }
        guard let entry = model.works.firstIndex(where: { $0.id == id }) else { throw .notInModel }
        self = .after(
            try model.canvas(of: model.works[entry]), entry: entry, closeness: after.closeness)
    }

    /// A composition; of a single work, the work painted anew.
    private static func composition(
        _ settings: GenerationSettings, model: StyleModel
    ) throws(StyleError) -> GuidePicture {
        let used = try settings.composedWorks(of: model)
        guard used.count == 1 else { return .composition(CompositionStore()) }
        let canvas = try model.canvas(of: model.works[used[0]])
        return .after(canvas, entry: used[0], closeness: AfterSettings().closeness)
    }

    /// How the works are roughed in.
    private var abstraction: SourcePyramid.Abstraction {
        switch self {
        case .none: .none
        case .sketch: .areas
        case .after, .composition: .fineAreas
        }
    }

    /// Whether transparent parts of the works count as white paper: under a picture without any.
    private var isOnPaper: Bool {
        switch self {
        case .none, .composition: false
        case .sketch(let canvas), .after(let canvas, _, _): canvas.isOpaque
        }
    }

    /// The settings with works left out: the one that is painted after, where it is to give no
    /// marks and there are others; characters in a composition.
    private func adapted(_ settings: GenerationSettings, model: StyleModel) -> GenerationSettings {
        if case .composition = self {
            var adapted = settings
            adapted.works += model.works.filter { $0.figure != nil }.map { work in
                WorkUse(workID: work.id, isLeftOut: true)
            }
            return adapted
        }
        guard case .after(_, let entry?, let closeness) = self,
            closeness < AfterAmounts.leftOutBelow
        else { return settings }
        let id = model.works[entry].id
        let leftOut = Set(settings.works.filter(\.isLeftOut).map(\.workID))
        guard model.works.contains(where: { $0.id != id && !leftOut.contains($0.id) }) else {
            return settings
        }
        var adapted = settings
        adapted.works.removeAll { $0.workID == id }
        adapted.works.append(WorkUse(workID: id, isLeftOut: true))
        return adapted
    }

    /// Checks that at every level a patch of some work may be taken, without drawing.
    ///
    /// - Throws: ``StyleError/nothingToUse``, ``StyleError/damagedModel(reason:)``.
    func check(_ model: StyleModel, _ settings: GenerationSettings) throws(StyleError) {
        let settings = adapted(settings, model: model)
        let plan = try plan(model, settings)
        let uses = Dictionary(settings.works.map { ($0.workID, $0) }, uniquingKeysWith: { $1 })
        for scale in plan.scales {
            let isUsable = model.works.indices.contains { index in
                guard let size = plan.works[index] else { return false }
                let scaled = PyramidPlan.scaled(size, by: scale)
                func areas(_ areas: [WorkArea]?) -> [PixelArea] {
                    (areas ?? []).map { $0.pixels(width: scaled.width, height: scaled.height) }
                }
                let use = uses[model.works[index].id]
                return SourceLevel.hasUsablePatch(
                    scaled, avoided: areas(use?.avoided), keptWhole: areas(use?.keptWhole))
            }
            guard isUsable else { throw .nothingToUse }
        }
    }

    private func plan(
        _ model: StyleModel, _ settings: GenerationSettings
    ) throws(StyleError) -> PyramidPlan {
        var onPaper: [Bool]?
        if case .composition = self { onPaper = try model.worksOnPaper() }
        return PyramidPlan(settings: settings, works: model.works, onPaper: onPaper)
    }

    /// The works at every level, as a picture with this guide needs them.
    ///
    /// - Parameters:
    ///   - shortSide: The finest level that will be asked for is the first with a short side of at
    ///     least this; nil for the finest of all.
    ///   - keepsLevels: Whether levels are kept for several pictures.
    /// - Throws: ``StyleError/damagedModel(reason:)``, ``StyleError/cancelled``.
    func pyramid(
        _ model: StyleModel, _ settings: GenerationSettings, upTo shortSide: Int?,
        keepsLevels: Bool = false, executor: RowParallelExecutor
    ) throws(StyleError) -> SourcePyramid {
        let settings = adapted(settings, model: model)
        let plan = try plan(model, settings)
        return try SourcePyramid(
            model: model, settings: settings, plan: plan,
            lastLevel: plan.level(shortSide: shortSide), abstraction: abstraction,
            isOnPaper: isOnPaper, keepsLevels: keepsLevels, executor: executor)
    }

    /// The guide of all levels, and the parameters of such pictures.
    func guide(
        _ settings: GenerationSettings, pyramid: SourcePyramid, executor: RowParallelExecutor
    ) -> (guide: (any TargetGuide)?, mode: SynthesisMode) {
        switch self {
        case .none:
            return (nil, .remix(settings, works: pyramid.entries.count))
        case .composition(let store):
            let guide = store.guide(settings, pyramid: pyramid, executor: executor)
            guard let guide else {
                return (nil, .remix(settings, works: pyramid.entries.count))
            }
            return (guide, .composition(settings))
        case .sketch(let canvas):
            let guide = VariedSketch(
                pyramid.isOpaque ? canvas.onWhite : canvas, settings: settings, pyramid: pyramid,
                executor: executor)
            return (guide, .sketch(settings))
        case .after(let canvas, let entry, let closeness):
            let work = entry.flatMap { pyramid.entries.firstIndex(of: $0) }
            let guide = AfterGuide(
                canvas, work: work, size: work.flatMap { pyramid.plan.works[pyramid.entries[$0]] },
                closeness: closeness, settings: settings, pyramid: pyramid, executor: executor)
            return (guide, .after(settings, isWork: work != nil))
        }
    }
}
