/// One drawing under way: goes through the levels, coarse to fine.
struct PatchSynthesizer {
    /// How often the layout is composed anew where one work or one piece of it leads too much.
    private static let layouts = 3
    /// How often seams are drawn together at the end.
    private static let seamReductionPasses = 2
    /// See ``PatchVoting/edge``.
    private static let guideScale: Float = 150

    private let settings: GenerationSettings
    private let pyramid: SourcePyramid
    private let executor: RowParallelExecutor
    private let entries: [StyleModel.WorkEntry]
    private let sketch: Canvas?
    private let guideMaker: SketchGuide?

    private var plan: PyramidPlan { pyramid.plan }

    init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture?, pyramid: SourcePyramid,
        executor: RowParallelExecutor
    ) {
        self.settings = settings
        self.pyramid = pyramid
        self.executor = executor
        entries = model.works
        self.sketch = sketch.map { pyramid.isOpaque ? Canvas($0).onWhite : Canvas($0) }
        guideMaker =
            sketch == nil
            ? nil
            : SketchGuide(
                works: pyramid.smallFeatures, usesHeight: !settings.isPattern,
                seed: settings.seed, executor: executor)
    }

    /// Goes through the levels of the studio.
    ///
    /// - Parameter isWhole: Whether the last is the finest one, and the picture has its full size.
    func synthesize(
        isWhole: Bool, progress: @Sendable (Double) -> Void,
        preview: (@Sendable (Picture) -> Void)?
    ) throws(StyleError) -> Rendering {
        var coarse: SynthesisLevel?
        let last = pyramid.lastLevel
        for level in 0...last {
            progress(done(level: level, part: 0, last: last))
            let (source, index) = try pyramid.level(level, executor: executor)
            let target = SynthesisLevel(
                size: plan.sizes[level], isTile: settings.isPattern, guide: guide(level))
            if let coarse {
                target.refine(coarse, in: source, executor: executor)
                PatchVoting(target: target, source: source).updateFeatures(
                    usesConfidence: false, executor: executor)
            } else {
                try compose(target, source)
            }
            try optimise(target, source, index, level: level) { part in
                progress(done(level: level, part: part, last: last))
            }
            if level == last {
                let rendering = try finish(target, source, isWhole: isWhole)
                progress(1)
                return rendering
            }
            preview?(self.preview(of: target))
            coarse = target
        }
        throw .noWorks
    }

    private func guide(_ level: Int) -> Canvas? {
        guard let guideMaker, let sketch else { return nil }
        let size = plan.sizes[level]
        return guideMaker.guide(
            for: sketch.scaled(
                width: size.width, height: size.height, isTile: settings.isPattern,
                executor: executor),
            areaRadius: plan.areaRadius(level: level), executor: executor)
    }

    private func compose(_ target: SynthesisLevel, _ source: SourceLevel) throws(StyleError) {
        var best: (layout: Layout, violation: Double)?
        for attempt in 0..<Self.layouts {
            let layout = layout(target, source, attempt: attempt)
            try executor.checkCancellation()
            let violation = layout.constraintViolation
            if violation < best?.violation ?? .infinity { best = (layout, violation) }
            if violation <= 0 { break }
        }
        best?.layout.write(to: target)
    }

    private func layout(_ target: SynthesisLevel, _ source: SourceLevel, attempt: Int) -> Layout {
        let random = CounterRandom(seed: settings.seed ^ UInt64(attempt) << 60)
        let size = target.inner
        let cells: [LayoutCell]
        let rules: LayoutRules
        let guide = target.guide?.cropped(by: target.margin)
        if let guide {
            rules = .sketch(settings)
            cells = LayoutCell.quadtree(guide: guide, largest: 24, smallest: 6)
        } else {
            rules = .remix(settings, works: source.areas.count)
            cells = LayoutCell.grid(
                width: size.width, height: size.height, side: rules.cellSide,
                wraps: settings.isPattern, random: random)
        }
        let layout = Layout(
            size: size, wraps: settings.isPattern, guide: guide, source: source, rules: rules,
            random: random, executor: executor)
        layout.compose(cells)
        return layout
    }

    private func optimise(
        _ target: SynthesisLevel, _ source: SourceLevel, _ index: PatchIndex, level: Int,
        progress: (Double) -> Void
    ) throws(StyleError) {
        let isSketch = sketch != nil
        if !isSketch { target.guideByOrigin(in: source, executor: executor) }
        let isTile = settings.isPattern
        let search = PatchSearch(
            target: target, source: source, index: index,
            weights: isSketch
                ? .sketch(level: level, isTile: isTile) : .remix(level: level, isTile: isTile))
        let isFinest = level == plan.sizes.count - 1
        let voting = PatchVoting(
            target: target, source: source, deviationScale: isSketch && !isFinest ? 1_000 : nil,
            guideScale: isSketch ? Self.guideScale : nil)
        let passes = Self.passes(level: level, of: plan.sizes.count)
        for pass in 0..<passes {
            try executor.checkCancellation()
            progress(Double(pass) / Double(passes))
            search.run(executor: executor)
            // Without a sketch the finished picture keeps the works' very colours.
            search.measure(keeping: isFinest && !isSketch ? 3 : 6, executor: executor)
            voting.updateFeatures(usesConfidence: true, executor: executor)
        }
        if isFinest, !isSketch {
            for _ in 0..<Self.seamReductionPasses {
                try executor.checkCancellation()
                search.seamReduction.run(executor: executor)
                search.measure(keeping: 3, executor: executor)
                voting.updateFeatures(usesConfidence: true, executor: executor)
            }
        }
        search.measure(keeping: isSketch ? 6 : 1, executor: executor)
        try executor.checkCancellation()
    }

    /// How often a level is searched and voted on.
    static func passes(level: Int, of levels: Int) -> Int {
        if level == 0 { return 4 }
        return level >= levels - 2 ? 2 : 4
    }

    /// Work grows with the pixels: how far the drawing is.
    private func done(level: Int, part: Double, last: Int) -> Double {
        let efforts = plan.sizes[...last].map { Double($0.width * $0.height) }
        let total = efforts.reduce(0, +)
        return (efforts[..<level].reduce(0, +) + efforts[level] * part) / max(1, total)
    }

    private func preview(of target: SynthesisLevel) -> Picture {
        let canvas = Canvas(width: target.width, height: target.height)
        canvas.pixels.update(from: target.image.pointer, count: target.width * target.height)
        return canvas.cropped(by: target.margin).colorsOfFeatures(executor).picture
    }

    private func finish(
        _ target: SynthesisLevel, _ source: SourceLevel, isWhole: Bool
    ) throws(StyleError) -> Rendering {
        let voting = PatchVoting(
            target: target, source: source, deviationScale: sketch == nil ? nil : 2_000,
            guideScale: sketch == nil ? nil : Self.guideScale)
        var canvas = voting.renderColors(executor: executor)
        if isWhole {
            canvas = canvas.scaled(
                width: settings.width, height: settings.height, isTile: settings.isPattern,
                executor: executor)
        }
        let fragments = try FragmentMap(target, source: source, executor: executor)
        var counts = [Int](repeating: 0, count: entries.count)
        for entry in fragments.entries { counts[Int(entry)] += 1 }
        let total = Double(fragments.entries.count)
        let used = counts.indices.filter { counts[$0] > 0 }
            .sorted { (counts[$1], $0) < (counts[$0], $1) }
        let shares = used.map { entry in
            Rendering.WorkShare(workID: entries[entry].id, share: Double(counts[entry]) / total)
        }
        let sourceMap = SourceMap(
            canvas, fragments: fragments, shares: shares, entries: used, executor: executor)
        try executor.checkCancellation()
        return Rendering(
            picture: canvas.picture, shares: shares, largestPiece: fragments.largest,
            seamScore: seamScore(of: target), sourceMap: sourceMap)
    }

    private func seamScore(of target: SynthesisLevel) -> Double {
        let own = target.ownPatches
        var sum = 0.0
        for y in own.rows {
            for x in own.columns {
                let cost = Double(max(0, target.costs[y * target.across + x]))
                sum += (cost / Double(PatchKernel.pixels)).squareRoot()
            }
        }
        return sum / Double(own.rows.count * own.columns.count) / 2.55
    }
}
