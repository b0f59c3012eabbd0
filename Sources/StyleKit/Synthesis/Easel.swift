/// One drawing under way: goes through the levels, coarse to fine.
struct Easel {
    private let settings: GenerationSettings
    private let plan: PyramidPlan
    private let bands: Bands
    private let entries: [StyleModel.WorkEntry]
    /// The works as the model keeps them, premultiplied, and their size at the finest level.
    private let works: [(entry: Int, canvas: Canvas, size: PyramidPlan.Size)]
    private let sketch: Canvas?
    private let guideMaker: SketchGuide?

    init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture?, bands: Bands
    ) throws(StyleError) {
        self.settings = settings
        self.bands = bands
        entries = model.works
        plan = PyramidPlan(settings: settings, works: model.works)
        var works: [(entry: Int, canvas: Canvas, size: PyramidPlan.Size)] = []
        for (index, entry) in model.works.enumerated() {
            guard let size = plan.works[index] else { continue }
            works.append((index, try model.canvas(of: entry), size))
        }
        self.works = works
        let areOpaque = works.allSatisfy { $0.canvas.isOpaque }
        self.sketch = sketch.map { areOpaque ? Canvas($0).onWhite : Canvas($0) }
        guideMaker = sketch == nil ? nil : SketchGuide(works: Self.small(works.map(\.canvas)))
    }

    /// Goes through the levels.
    ///
    /// - Parameter shortSide: Stops at the first level that has this; nil goes to the end.
    func paint(
        upTo shortSide: Int?, progress: @Sendable (Double) -> Void,
        isCancelled: @Sendable () -> Bool
    ) throws(StyleError) -> Rendering {
        let last =
            plan.sizes.firstIndex { min($0.width, $0.height) >= shortSide ?? .max }
            ?? plan.sizes.count - 1
        var coarse: (paint: PaintLevel, source: SourceLevel)?
        for level in 0...last {
            if isCancelled() { throw .cancelled }
            let source = sourceLevel(level, keepsColors: level == last)
            let paint = PaintLevel(size: plan.sizes[level], guide: guide(level))
            if let coarse {
                paint.refine(coarse.paint, from: coarse.source, to: source, bands: bands)
                Voting(paint: paint, source: source).paintFeatures(trusts: false, bands: bands)
            } else {
                compose(paint, source)
            }
            try optimise(paint, source, level: level, isCancelled: isCancelled) { part in
                progress(done(level: level, part: part, last: last))
            }
            coarse = (paint, source)
        }
        guard let coarse else { throw .noWorks }
        let isWhole = shortSide == nil
        let rendering = finish(coarse.paint, coarse.source, isWhole: isWhole)
        progress(1)
        return rendering
    }

    private func sourceLevel(_ level: Int, keepsColors: Bool) -> SourceLevel {
        let canvases = works.map { work in
            let size = PyramidPlan.scaled(work.size, by: plan.scales[level])
            return (work.entry, Canvas(width: size.width, height: size.height))
        }
        bands.each(works.count) { works[$0].canvas.scale(into: canvases[$0].1) }
        return SourceLevel(canvases, keepsColors: keepsColors, bands: bands)
    }

    /// The works' features at a size at which their colours are counted.
    private static func small(_ canvases: [Canvas]) -> [Canvas] {
        canvases.map { canvas in
            let scale = 128 / Double(min(canvas.width, canvas.height))
            let size = PyramidPlan.scaled(
                .init(width: canvas.width, height: canvas.height), by: min(1, scale))
            return canvas.scaled(width: size.width, height: size.height).features
        }
    }

    private func guide(_ level: Int) -> Canvas? {
        guard let guideMaker, let sketch else { return nil }
        let size = plan.sizes[level]
        return guideMaker.guide(for: sketch.scaled(width: size.width, height: size.height))
    }

    private func compose(_ paint: PaintLevel, _ source: SourceLevel) {
        let random = CounterRandom(seed: settings.seed)
        let cells: [LayoutCell]
        let rules: Layout.Rules
        if let guide = paint.guide {
            rules = .sketch
            cells = LayoutCell.quadtree(guide: guide, largest: 24, smallest: 6)
        } else {
            rules = .remix
            cells = LayoutCell.grid(
                width: paint.width, height: paint.height, side: 20, random: random)
        }
        Layout(paint: paint, source: source, rules: rules, random: random, bands: bands)
            .compose(cells)
    }

    private func optimise(
        _ paint: PaintLevel, _ source: SourceLevel, level: Int,
        isCancelled: @Sendable () -> Bool, progress: (Double) -> Void
    ) throws(StyleError) {
        let isSketch = sketch != nil
        if !isSketch { paint.guideByOrigin(in: source) }
        let search = PatchSearch(
            paint: paint, source: source, index: PatchIndex(source, bands: bands),
            weights: isSketch ? .sketch(level: level) : .remix(level: level))
        let isFinest = level == plan.sizes.count - 1
        let voting = Voting(
            paint: paint, source: source, spread: isSketch && !isFinest ? 300 : nil)
        let passes = level == 0 ? (isSketch ? 8 : 4) : level >= plan.sizes.count - 2 ? 2 : 4
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
    private func done(level: Int, part: Double, last: Int) -> Double {
        let efforts = plan.sizes[...last].map { Double($0.width * $0.height) }
        let total = efforts.reduce(0, +)
        return (efforts[..<level].reduce(0, +) + efforts[level] * part) / max(1, total)
    }

    private func finish(_ paint: PaintLevel, _ source: SourceLevel, isWhole: Bool) -> Rendering {
        let voting = Voting(paint: paint, source: source, spread: sketch == nil ? nil : 600)
        var canvas = voting.paintColors(bands: bands)
        if isWhole { canvas = canvas.scaled(width: settings.width, height: settings.height) }
        var counts = [Int](repeating: 0, count: entries.count)
        var seams = 0.0
        for index in 0..<paint.field.count {
            counts[source.areas[Int(paint.field[index].work)].entry] += 1
            seams += (Double(max(0, paint.costs[index])) / Double(PatchKernel.pixels)).squareRoot()
        }
        let total = Double(paint.field.count)
        let shares = counts.indices.filter { counts[$0] > 0 }.map { entry in
            Rendering.WorkShare(workID: entries[entry].id, share: Double(counts[entry]) / total)
        }
        return Rendering(
            picture: canvas.picture, shares: shares.sorted { $0.share > $1.share },
            seamScore: seams / total / 2.55)
    }
}
