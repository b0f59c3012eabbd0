/// Synthesizes one picture from a pyramid of works, from the coarsest level to the finest: layout,
/// then patch optimisation on every level.
///
/// Family: *Image Quilting* (Efros and Freeman, 2001) for the layout, *Texture Optimization for
/// Example-based Synthesis* (Kwatra et al., 2005) and *Image Analogies* (Hertzmann et al., 2001)
/// for what follows. A ``SynthesisMode`` holds the parameters.
struct PatchSynthesizer {
    /// The most layouts that are tried before the one that violates its limits least is taken.
    private static let layoutAttempts = 3

    private let settings: GenerationSettings
    private let pyramid: SourcePyramid
    private let executor: RowParallelExecutor
    private let entries: [StyleModel.WorkEntry]
    private let guide: (any TargetGuide)?
    private let mode: SynthesisMode

    private var plan: PyramidPlan { pyramid.plan }

    init(
        model: StyleModel, settings: GenerationSettings, picture: GuidePicture,
        pyramid: SourcePyramid, executor: RowParallelExecutor
    ) {
        self.settings = settings
        self.pyramid = pyramid
        self.executor = executor
        entries = model.works
        (guide, mode) = picture.guide(settings, pyramid: pyramid, executor: executor)
    }

    /// Synthesizes every level of the pyramid.
    ///
    /// - Parameters:
    ///   - isWhole: Whether the last level is the finest one, and the picture is to have the size
    ///     of its settings; else it has the level's.
    ///   - progress: Called with 0 to 1, from this thread.
    ///   - preview: Called with the picture after each level but the last, from this thread.
    /// - Throws: ``StyleError/cancelled``, ``StyleError/nothingToUse``.
    func synthesize(
        isWhole: Bool, progress: @Sendable (Double) -> Void,
        preview: (@Sendable (Picture) -> Void)?
    ) throws(StyleError) -> Rendering {
        var coarse: SynthesisLevel?
        let last = pyramid.lastLevel
        for level in 0...last {
            progress(done(level: level, part: 0, last: last))
            let (source, index) = try pyramid.level(level, executor: executor)
            let guide = guide?.guide(level, source: source, executor: executor)
            try executor.checkCancellation()
            let target = SynthesisLevel(
                size: plan.sizes[level], isTile: settings.isTile, guide: guide?.channels,
                knownPlaces: guide?.places, composed: guide?.composed)
            if let coarse {
                target.refine(coarse, in: source, executor: executor)
                if let composed = target.composed {
                    target.begin(composed, all: false, executor: executor)
                }
                PatchVoting(target: target, source: source).updateFeatures(
                    usesConfidence: false, executor: executor)
            } else if let composed = target.composed {
                target.begin(composed, all: true, executor: executor)
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

    private func compose(_ target: SynthesisLevel, _ source: SourceLevel) throws(StyleError) {
        var best: (layout: Layout, violation: Double)?
        for attempt in 0..<Self.layoutAttempts {
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
        let guide = target.guide?.cropped(by: target.margin)
        let layout = Layout(
            size: size, wraps: settings.isTile, guide: guide,
            knownPlaces: target.knownPlaces, source: source, rules: mode.layout, random: random,
            executor: executor)
        layout.compose(cells(size, guide: guide, random: random))
        return layout
    }

    private func cells(
        _ size: PyramidPlan.Size, guide: Canvas?, random: CounterRandom
    ) -> [LayoutCell] {
        if case .quadtree(let largest, let smallest) = mode.cells, let guide {
            return LayoutCell.quadtree(guide: guide, largest: largest, smallest: smallest)
        }
        return LayoutCell.grid(
            width: size.width, height: size.height, side: mode.layout.cellSide,
            wraps: settings.isTile, random: random)
    }

    private func optimise(
        _ target: SynthesisLevel, _ source: SourceLevel, _ index: PatchIndex, level: Int,
        progress: (Double) -> Void
    ) throws(StyleError) {
        if mode.isGuidedByOrigin { target.guideByOrigin(in: source, executor: executor) }
        let search = PatchSearch(
            target: target, source: source, index: index, weights: mode.weights(level))
        let isFinest = level == plan.sizes.count - 1
        let voting = PatchVoting(
            target: target, source: source,
            deviationScale: isFinest ? nil : mode.voteDeviation.coarse,
            guideScale: mode.voteGuideScale)
        let kept = isFinest ? mode.keptShift.finest : mode.keptShift.coarse
        let passes = Self.passes(level: level, of: plan.sizes.count)
        for pass in 0..<passes {
            try executor.checkCancellation()
            progress(Double(pass) / Double(passes))
            search.run(executor: executor)
            search.measure(keeping: kept, executor: executor)
            voting.updateFeatures(usesConfidence: true, executor: executor)
        }
        if isFinest {
            for _ in 0..<mode.seamReductionPasses {
                try executor.checkCancellation()
                search.seamReduction.run(executor: executor)
                search.measure(keeping: kept, executor: executor)
                voting.updateFeatures(usesConfidence: true, executor: executor)
            }
        }
        search.measure(keeping: mode.keptShift.result, executor: executor)
        try executor.checkCancellation()
    }

    /// The number of passes, each a search and a vote, of a level.
    static func passes(level: Int, of levels: Int) -> Int {
        if level == 0 { return 4 }
        return level >= levels - 2 ? 2 : 4
    }

    /// The part of all work that is done, 0 to 1, when this part of a level is: work grows with the
    /// pixels.
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
            target: target, source: source, deviationScale: mode.voteDeviation.result,
            guideScale: mode.voteGuideScale)
        var canvas = voting.renderColors(executor: executor)
        if isWhole {
            canvas = canvas.scaled(
                width: settings.width, height: settings.height, isTile: settings.isTile,
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
            picture: canvas.picture, shares: shares, largestFragment: fragments.largest,
            seamScore: (guide as? ComposeGuide).map { Double($0.composition.cost) }
                ?? seamScore(of: target), sourceMap: sourceMap, figure: nil)
    }

    /// The root mean square difference of each patch from its source over a pixel, averaged over
    /// the patches, in units of OKLab × 100 (2.55 bytes of lightness).
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
