import Fingerprints

/// Makes a new character of the artist's marked ones: a body, another's head, parts of a second
/// body.
///
/// Family: *Interactive Digital Photomontage* (Agarwala et al., 2004) with labels by cuts, on
/// figures laid over each other by their marks. Docs/images.md tells the method.
struct FigureSynthesis {
    /// The short side of a draft in pixels: faces can be judged.
    static let draftSide = 256
    /// The fewest of 256 bits by which the fingerprint of a figure differs from every work's; a
    /// figure that was only searched is a little different from the whole one.
    private static let leastDifference = 74
    /// The part of the time that the search takes.
    private static let searchPart = 0.6

    let model: StyleModel
    let set: FigureSet
    let executor: RowParallelExecutor

    /// - Throws: ``StyleError/tooFewFigures(count:limit:)``,
    ///   ``StyleError/figuresNotCutOut(count:)``, ``StyleError/cancelled``.
    init(
        model: StyleModel, settings: GenerationSettings, executor: RowParallelExecutor
    ) throws(StyleError) {
        self.model = model
        self.executor = executor
        set = try FigureSet(model, settings: settings, executor: executor)
    }

    /// Makes one figure.
    ///
    /// - Parameters:
    ///   - isWhole: Whether at the size of the settings; else as a draft.
    ///   - progress: Called with 0 to 1, from this thread.
    ///   - preview: Called with the figure as the search found it.
    func render(
        _ settings: GenerationSettings, _ figure: FigureSettings, isWhole: Bool,
        progress: (Double) -> Void, preview: ((Picture) -> Void)?
    ) throws(StyleError) -> Rendering {
        progress(0)
        let random = CounterRandom(seed: settings.seed)
        let search = FigureSearch(set: set, random: random, executor: executor)
        let size = Self.size(settings, isWhole: isWhole)
        let choice = try search.best(
            seed: settings.seed, base: try set.index(of: figure.pose, in: model),
            head: try set.index(of: figure.head, in: model),
            isNew: { isNew($0, settings) }, progress: { progress($0 * Self.searchPart) })
        let view = FigureView(choice, width: size.width, height: size.height)
        preview?(sketch(of: choice, view))
        let renderer = FigureRenderer(
            model: model, set: set, settings: settings, random: random, executor: executor)
        let figure = try renderer.figure(
            choice, field: view.field, colors: try set.index(of: figure.colours, in: model)
        ) { progress(Self.searchPart + $0 * (1 - Self.searchPart)) }
        return try rendering(figure, view, size)
    }

    private static func size(
        _ settings: GenerationSettings, isWhole: Bool
    ) -> (width: Int, height: Int) {
        let short = min(settings.width, settings.height)
        guard !isWhole, short > draftSide else { return (settings.width, settings.height) }
        return (settings.width * draftSide / short, settings.height * draftSide / short)
    }

    /// Whether a figure differs enough from every work, by fingerprints on paper.
    ///
    /// It is seen at the size of the settings, so that a draft and the whole figure agree.
    private func isNew(_ choice: FigureChoice, _ settings: GenerationSettings) -> Bool {
        let view = FigureView(choice, width: settings.width, height: settings.height)
        let picture = Canvas(sketch(of: choice, view)).onWhite.picture
        let reading = picture.fingerprintReading()
        return set.works.allSatisfy {
            reading.distance(to: $0.fingerprint) >= Self.leastDifference
        }
    }

    /// The figure in the raster of the search, as the view shows it.
    private func sketch(of choice: FigureChoice, _ view: FigureView) -> Picture {
        let search = FigureField.search
        let step = max(view.field.step, search.step)
        let width = max(1, Int(Double(view.field.width) * view.field.step / step))
        let height = max(1, Int(Double(view.field.height) * view.field.step / step))
        let field = FigureField(
            width: width, height: height, step: step, origin: view.field.origin)
        let canvas = Canvas(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                let place = search.pixel(field.unit(x: x, y: y))
                let column = Int(place.x.rounded())
                let row = Int(place.y.rounded())
                guard column >= 0, row >= 0, column < search.width, row < search.height
                else { continue }
                let index = row * search.width + column
                guard let layer = choice.layers[Int(choice.labels[index])] else { continue }
                canvas.pixels[y * width + x] = FigureColor.pixel(layer.colors.pointer[index])
            }
        }
        return canvas.picture
    }

    private func rendering(
        _ figure: FigureRenderer.Figure, _ view: FigureView, _ size: (width: Int, height: Int)
    ) throws(StyleError) -> Rendering {
        let field = view.field
        let small = Canvas(width: field.width, height: field.height)
        executor.run(rows: field.height, width: field.width) { indices in
            for index in indices {
                small.pixels[index] = FigureColor.pixel(figure.colors.pointer[index])
            }
        }
        let canvas = small.scaled(width: size.width, height: size.height, executor: executor)
        let origins = FigureOrigins(figure, set: set, count: field.count)
        try executor.checkCancellation()
        let total = Double(max(1, origins.counts.values.reduce(0, +)))
        let used = origins.counts.keys.sorted {
            (origins.counts[$1] ?? 0, $0) < (origins.counts[$0] ?? 0, $1)
        }
        let shares = used.map { entry in
            Rendering.WorkShare(
                workID: model.works[entry].id,
                share: Double(origins.counts[entry] ?? 0) / total)
        }
        let parts = ConnectedParts.parts(width: field.width, height: field.height) {
            origins.groups[$0]
        }
        let fragments = FragmentMap(
            entries: origins.entries, across: field.width, down: field.height,
            largest: Double(parts.sizes.max() ?? 0) / total)
        let map = SourceMap(
            canvas, fragments: fragments, shares: shares, entries: used, executor: executor)
        try executor.checkCancellation()
        func id(_ index: Int) -> [UInt8] { model.works[set.works[index].entry].id }
        let choice = figure.choice
        return Rendering(
            picture: canvas.picture, shares: shares, largestFragment: fragments.largest,
            seamScore: figure.seamScore, sourceMap: map,
            figureTrace: FigureTrace(
                width: field.width, height: field.height, places: origins.places),
            figure: FigureSources(
                head: id(choice.head), pose: id(choice.base), second: choice.second.map(id),
                face: figure.face.map { id($0.work) }, isVariant: set.isOneCharacter))
    }
}

/// Which work each pixel of a figure comes from.
private struct FigureOrigins {
    /// By pixel: the work's index in the model; ``FragmentMap/nothing`` where nothing is.
    var entries: [UInt16]
    /// By pixel: 0 where nothing is; else the donor, to tell connected parts.
    var groups: [UInt8]
    /// The number of pixels by the work's index.
    var counts: [Int: Int] = [:]
    var places: [FigureTrace.Place?]

    init(_ figure: FigureRenderer.Figure, set: FigureSet, count: Int) {
        entries = [UInt16](repeating: FragmentMap.nothing, count: count)
        groups = [UInt8](repeating: 0, count: count)
        places = [FigureTrace.Place?](repeating: nil, count: count)
        for index in 0..<count where figure.colors.pointer[index].w > 0.5 {
            let label = figure.labels[index]
            guard let layer = figure.layers[Int(label)] else { continue }
            var entry = layer.work.entry
            var place = layer.places.pointer[index]
            groups[index] = label + 1
            if label == FigureLabel.head, let face = figure.face, face.mask[index] {
                entry = set.works[face.work].entry
                groups[index] = 7
                place = face.places.pointer[index]
            }
            places[index] = FigureTrace.Place(work: entry, x: place.x, y: place.y)
            entries[index] = UInt16(entry)
            counts[entry, default: 0] += 1
        }
    }
}
