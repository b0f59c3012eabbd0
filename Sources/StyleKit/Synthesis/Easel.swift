/// One drawing under way: goes through the levels, coarse to fine.
struct Easel {
    private let settings: GenerationSettings
    private let plan: PyramidPlan
    private let bands: Bands
    private let entries: [StyleModel.WorkEntry]
    /// The works at the finest level, premultiplied.
    private let works: [(entry: Int, canvas: Canvas)]
    private let sketch: Canvas?

    init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture?, bands: Bands
    ) throws(StyleError) {
        self.settings = settings
        self.bands = bands
        entries = model.works
        plan = PyramidPlan(settings: settings, works: model.works)
        var works: [(entry: Int, canvas: Canvas)] = []
        for (index, entry) in model.works.enumerated() {
            guard let size = plan.works[index] else { continue }
            let canvas = try model.canvas(of: entry)
            works.append((index, canvas.scaled(width: size.width, height: size.height)))
        }
        self.works = works
        self.sketch = sketch.map(Canvas.init)
    }

    func paint(
        progress: @Sendable (Double) -> Void, isCancelled: @Sendable () -> Bool
    ) throws(StyleError) -> Rendering {
        var guideMaker: SketchGuide?
        var coarse: (paint: PaintLevel, source: SourceLevel)?
        for level in plan.sizes.indices {
            if isCancelled() { throw .cancelled }
            let isLast = level == plan.sizes.count - 1
            let source = sourceLevel(level, keepsColors: isLast)
            if sketch != nil, guideMaker == nil {
                guideMaker = SketchGuide(works: smallWorks())
            }
            let paint = PaintLevel(
                size: plan.sizes[level], guide: guide(level, maker: guideMaker))
            if let coarse {
                paint.refine(coarse.paint, from: coarse.source, to: source, bands: bands)
                Voting(paint: paint, source: source).paintFeatures(trusts: false, bands: bands)
            } else {
                compose(paint, source)
            }
            let passes = level == 0 ? 8 : level >= plan.sizes.count - 2 ? 2 : 4
            try optimise(
                paint, source, level: level, passes: passes, isCancelled: isCancelled
            ) { part in
                progress(self.done(level: level, part: part))
            }
            coarse = (paint, source)
        }
        guard let coarse else { throw .noWorks }
        return finish(coarse.paint, coarse.source)
    }

    private func sourceLevel(_ level: Int, keepsColors: Bool) -> SourceLevel {
        let scale = plan.scales[level]
        let canvases = works.map { work in
            let size = PyramidPlan.scaled(
                .init(width: work.canvas.width, height: work.canvas.height), by: scale)
            return (work.entry, Canvas(width: size.width, height: size.height))
        }
        bands.each(works.count) { works[$0].canvas.scale(into: canvases[$0].1) }
        return SourceLevel(canvases, keepsColors: keepsColors, bands: bands)
    }

    private func smallWorks() -> [Canvas] {
        works.map { work in
            let scale = 128 / Double(min(work.canvas.width, work.canvas.height))
            let size = PyramidPlan.scaled(
                .init(width: work.canvas.width, height: work.canvas.height), by: min(1, scale))
            return work.canvas.scaled(width: size.width, height: size.height).features
        }
    }

    private func guide(_ level: Int, maker: SketchGuide?) -> Canvas? {
        guard let maker, let sketch else { return nil }
        let size = plan.sizes[level]
        return maker.guide(for: sketch.scaled(width: size.width, height: size.height))
    }

    private func compose(_ paint: PaintLevel, _ source: SourceLevel) {
        let random = CounterRandom(seed: settings.seed)
        var rules = Layout.Rules()
        let cells: [LayoutCell]
        if let guide = paint.guide {
            rules.candidates = 3_000
            rules.guideWeight = 2
            rules.workShare = 1
            rules.reusedPart = 1
            cells = LayoutCell.quadtree(guide: guide, largest: 24, smallest: 6)
        } else {
            rules.heightWeight = 3_000
            cells = LayoutCell.grid(
                width: paint.width, height: paint.height, side: 20, random: random)
        }
        Layout(paint: paint, source: source, rules: rules, random: random, bands: bands)
            .compose(cells)
    }

    private func optimise(
        _ paint: PaintLevel, _ source: SourceLevel, level: Int, passes: Int,
        isCancelled: @Sendable () -> Bool, progress: (Double) -> Void
    ) throws(StyleError) {
        let index = PatchIndex(source, bands: bands)
        var weights = PatchSearch.Weights()
        if paint.guide != nil {
            weights.guide = Int32(49 * (0..<level).reduce(1.0) { product, _ in product * 0.7 })
        } else {
            weights.height = 20
        }
        let search = PatchSearch(paint: paint, source: source, index: index, weights: weights)
        let voting = Voting(paint: paint, source: source)
        for pass in 0..<passes {
            if isCancelled() { throw .cancelled }
            progress(Double(pass) / Double(passes))
            search.run(bands: bands)
            search.measure(bands: bands)
            voting.paintFeatures(trusts: true, bands: bands)
        }
        search.measure(bands: bands)
    }

    /// Work grows with the pixels: how far the drawing is.
    private func done(level: Int, part: Double) -> Double {
        let efforts = plan.sizes.map { Double($0.width * $0.height) }
        let total = efforts.reduce(0, +)
        return (efforts[..<level].reduce(0, +) + efforts[level] * part) / max(1, total)
    }

    private func finish(_ paint: PaintLevel, _ source: SourceLevel) -> Rendering {
        let canvas = Voting(paint: paint, source: source).paintColors(bands: bands)
        let full = canvas.scaled(width: settings.width, height: settings.height)
        var counts = [Int](repeating: 0, count: entries.count)
        var seams = 0.0
        for index in 0..<paint.field.count {
            counts[source.areas[Int(paint.field[index].work)].entry] += 1
            seams += (Double(max(0, paint.costs[index])) / 196).squareRoot()
        }
        let shares = counts.indices.filter { counts[$0] > 0 }.map { entry in
            Rendering.WorkShare(
                workID: entries[entry].id, share: Double(counts[entry]) / Double(paint.field.count))
        }
        return Rendering(
            picture: full.picture, shares: shares.sorted { $0.share > $1.share },
            seamScore: seams / Double(paint.field.count) / 2.55)
    }
}
