/// One drawing under way: goes through the levels, coarse to fine.
struct PatchSynthesizer {
    /// How often the layout is composed anew where one work or one piece of it leads too much.
    private static let layouts = 3
    /// How often seams are drawn together at the end.
    private static let settlings = 2
    /// See ``PatchVoting/edge``.
    private static let edge: Float = 150

    private let settings: GenerationSettings
    private let studio: SourcePyramid
    private let bands: RowParallelExecutor
    private let entries: [StyleModel.WorkEntry]
    private let sketch: Canvas?
    private let guideMaker: SketchGuide?

    private var plan: PyramidPlan { studio.plan }

    init(
        model: StyleModel, settings: GenerationSettings, sketch: Picture?, studio: SourcePyramid,
        bands: RowParallelExecutor
    ) {
        self.settings = settings
        self.studio = studio
        self.bands = bands
        entries = model.works
        self.sketch = sketch.map { studio.isOpaque ? Canvas($0).onWhite : Canvas($0) }
        guideMaker =
            sketch == nil
            ? nil
            : SketchGuide(
                works: studio.smallFeatures, usesHeight: !settings.isPattern,
                seed: settings.seed, bands: bands)
    }

    /// Goes through the levels of the studio.
    ///
    /// - Parameter isWhole: Whether the last is the finest one, and the picture has its full size.
    func paint(
        isWhole: Bool, progress: @Sendable (Double) -> Void,
        preview: (@Sendable (Picture) -> Void)?
    ) throws(StyleError) -> Rendering {
        var coarse: SynthesisLevel?
        let last = studio.lastLevel
        for level in 0...last {
            progress(done(level: level, part: 0, last: last))
            let (source, index) = try studio.level(level, bands: bands)
            let paint = SynthesisLevel(
                size: plan.sizes[level], isTile: settings.isPattern, guide: guide(level))
            if let coarse {
                paint.refine(coarse, in: source, bands: bands)
                PatchVoting(paint: paint, source: source).paintFeatures(trusts: false, bands: bands)
            } else {
                try compose(paint, source)
            }
            try optimise(paint, source, index, level: level) { part in
                progress(done(level: level, part: part, last: last))
            }
            if level == last {
                let rendering = try finish(paint, source, isWhole: isWhole)
                progress(1)
                return rendering
            }
            preview?(self.preview(of: paint))
            coarse = paint
        }
        throw .noWorks
    }

    private func guide(_ level: Int) -> Canvas? {
        guard let guideMaker, let sketch else { return nil }
        let size = plan.sizes[level]
        return guideMaker.guide(
            for: sketch.scaled(
                width: size.width, height: size.height, isTile: settings.isPattern, bands: bands),
            areaRadius: plan.areaRadius(level: level), bands: bands)
    }

    private func compose(_ paint: SynthesisLevel, _ source: SourceLevel) throws(StyleError) {
        var best: (layout: Layout, breach: Double)?
        for attempt in 0..<Self.layouts {
            let layout = layout(paint, source, attempt: attempt)
            try bands.check()
            let breach = layout.breach
            if breach < best?.breach ?? .infinity { best = (layout, breach) }
            if breach <= 0 { break }
        }
        best?.layout.write(to: paint)
    }

    private func layout(_ paint: SynthesisLevel, _ source: SourceLevel, attempt: Int) -> Layout {
        let random = CounterRandom(seed: settings.seed ^ UInt64(attempt) << 60)
        let size = paint.inner
        let cells: [LayoutCell]
        let rules: LayoutRules
        let guide = paint.guide?.cropped(by: paint.margin)
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
            random: random, bands: bands)
        layout.compose(cells)
        return layout
    }

    private func optimise(
        _ paint: SynthesisLevel, _ source: SourceLevel, _ index: PatchIndex, level: Int,
        progress: (Double) -> Void
    ) throws(StyleError) {
        let isSketch = sketch != nil
        if !isSketch { paint.guideByOrigin(in: source, bands: bands) }
        let isTile = settings.isPattern
        let search = PatchSearch(
            paint: paint, source: source, index: index,
            weights: isSketch
                ? .sketch(level: level, isTile: isTile) : .remix(level: level, isTile: isTile))
        let isFinest = level == plan.sizes.count - 1
        let voting = PatchVoting(
            paint: paint, source: source, spread: isSketch && !isFinest ? 1_000 : nil,
            edge: isSketch ? Self.edge : nil)
        let passes = Self.passes(level: level, of: plan.sizes.count)
        for pass in 0..<passes {
            try bands.check()
            progress(Double(pass) / Double(passes))
            search.run(bands: bands)
            // Without a sketch the finished picture keeps the works' very colours.
            search.measure(keeping: isFinest && !isSketch ? 3 : 6, bands: bands)
            voting.paintFeatures(trusts: true, bands: bands)
        }
        if isFinest, !isSketch {
            for _ in 0..<Self.settlings {
                try bands.check()
                search.settling.run(bands: bands)
                search.measure(keeping: 3, bands: bands)
                voting.paintFeatures(trusts: true, bands: bands)
            }
        }
        search.measure(keeping: isSketch ? 6 : 1, bands: bands)
        try bands.check()
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

    private func preview(of paint: SynthesisLevel) -> Picture {
        let canvas = Canvas(width: paint.width, height: paint.height)
        canvas.pixels.update(from: paint.image.pointer, count: paint.width * paint.height)
        return canvas.cropped(by: paint.margin).colorsOfFeatures(bands).picture
    }

    private func finish(
        _ paint: SynthesisLevel, _ source: SourceLevel, isWhole: Bool
    ) throws(StyleError) -> Rendering {
        let voting = PatchVoting(
            paint: paint, source: source, spread: sketch == nil ? nil : 2_000,
            edge: sketch == nil ? nil : Self.edge)
        var canvas = voting.paintColors(bands: bands)
        if isWhole {
            canvas = canvas.scaled(
                width: settings.width, height: settings.height, isTile: settings.isPattern,
                bands: bands)
        }
        let pieces = try FragmentMap(paint, source: source, bands: bands)
        var counts = [Int](repeating: 0, count: entries.count)
        for entry in pieces.entries { counts[Int(entry)] += 1 }
        let total = Double(pieces.entries.count)
        let used = counts.indices.filter { counts[$0] > 0 }
            .sorted { (counts[$1], $0) < (counts[$0], $1) }
        let shares = used.map { entry in
            Rendering.WorkShare(workID: entries[entry].id, share: Double(counts[entry]) / total)
        }
        let sourceMap = SourceMap(
            canvas, pieces: pieces, shares: shares, entries: used, bands: bands)
        try bands.check()
        return Rendering(
            picture: canvas.picture, shares: shares, largestPiece: pieces.largest,
            seamScore: seamScore(of: paint), sourceMap: sourceMap)
    }

    private func seamScore(of paint: SynthesisLevel) -> Double {
        let own = paint.ownPatches
        var sum = 0.0
        for y in own.rows {
            for x in own.columns {
                let cost = Double(max(0, paint.costs[y * paint.across + x]))
                sum += (cost / Double(PatchKernel.pixels)).squareRoot()
            }
        }
        return sum / Double(own.rows.count * own.columns.count) / 2.55
    }
}
