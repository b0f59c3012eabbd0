/// Makes a chosen figure at the size of the picture.
struct FigureRenderer {
    /// How far from its place in the search a seam may move, in units.
    private static let band = 10.0

    let model: StyleModel
    let set: FigureSet
    let settings: GenerationSettings
    let random: CounterRandom
    let executor: RowParallelExecutor

    /// The face of another work than the head's.
    struct OtherFace {
        let mask: FigureMask
        let places: PaddedBuffer<SIMD2<Float>>
        let work: Int
    }

    /// A finished figure before it becomes a picture.
    struct Figure {
        let choice: FigureChoice
        /// By label.
        let layers: [FigureLayer?]
        let labels: [UInt8]
        let face: OtherFace?
        var colors: PaddedBuffer<SIMD4<Float>>
        let seamScore: Double
    }

    /// - Parameters:
    ///   - colors: The work whose cloth the figure wears; nil for chance.
    ///   - progress: Called with 0 to 1.
    /// - Throws: ``StyleError/cancelled``, ``StyleError/damagedModel(reason:)``.
    func figure(
        _ choice: FigureChoice, field: FigureField, colors: Int?, progress: (Double) -> Void
    ) throws(StyleError) -> Figure {
        let donors = FigureDonors(model: model, set: set, field: field)
        let (layers, face) = try layers(choice, donors, field, colors: colors)
        progress(0.3)
        guard let head = layers[0], let base = layers[1] else { throw .nothingToUse }
        let problem = FigureProblem(
            head: head, base: base, mirror: layers[3],
            second: layers.count > 4 ? layers[4] : nil, half: choice.half)
        try executor.checkCancellation()
        let labels = refined(problem, choice.labels)
        try executor.checkCancellation()
        progress(0.6)
        var finish = FigureFinish(
            layers: layers, labels: labels, field: field, executor: executor)
        try finish.run()
        progress(1)
        return Figure(
            choice: choice, layers: layers, labels: labels, face: face, colors: finish.colors,
            seamScore: finish.seamScore)
    }

    private func layers(
        _ choice: FigureChoice, _ donors: FigureDonors, _ field: FigureField, colors: Int?
    ) throws(StyleError) -> ([FigureLayer?], face: OtherFace?) {
        let (baseWork, headWork) = (set.works[choice.base], set.works[choice.head])
        var base = FigurePlacement.body(
            baseWork, raster: try donors.raster(choice.base), field: field, executor: executor)
        var head = FigurePlacement.head(
            headWork, raster: try donors.raster(choice.head), isMirrored: choice.isHeadMirrored,
            on: base, medianSize: set.medianHeadSize, executor: executor)
        try executor.checkCancellation()
        let looks = FigureLooks(set: set, random: random, executor: executor)
        var face: OtherFace?
        if let (donor, isMirrored) = looks.face(for: choice) {
            let swap = FaceSwap(
                head, donor: set.works[donor], raster: try donors.raster(donor),
                isMirrored: isMirrored, executor: executor)
            if let swap {
                head = swap.head
                face = OtherFace(mask: swap.face, places: swap.places, work: donor)
            }
        }
        if let hair = looks.hair(for: headWork) { head.moveHair(to: hair, executor: executor) }
        try executor.checkCancellation()
        base.moveSkin(to: headWork.skin, executor: executor)
        var mirror = FigurePlacement.bent(
            baseWork, raster: try donors.raster(choice.base), isMirrored: true, onto: base,
            stiffness: 5, executor: executor)
        mirror?.moveSkin(to: headWork.skin, executor: executor)
        var second: FigureLayer?
        if let index = choice.second {
            second = FigurePlacement.bent(
                set.works[index], raster: try donors.raster(index),
                isMirrored: choice.isSecondMirrored, onto: base, stiffness: 60, executor: executor)
            if choice.isUnified {
                second?.moveCloths(
                    from: set.works[index].cloths, to: baseWork.cloths, executor: executor)
            }
            second?.moveSkin(to: headWork.skin, executor: executor)
            if choice.dropsHeld { second?.dropHeld() }
        }
        try executor.checkCancellation()
        if let (from, to) = looks.cloth(of: choice, colors: colors) {
            base.moveCloth(from: from, to: to, executor: executor)
            mirror?.moveCloth(from: from, to: to, executor: executor)
            second?.moveCloth(from: from, to: to, executor: executor)
        }
        var layers: [FigureLayer?] = [head, base, nil, mirror]
        if second != nil { layers.append(second) }
        return (layers, face)
    }

    /// The labels of the search at the size of the picture, cut again in a band along the seams.
    private func refined(_ problem: FigureProblem, _ coarse: [UInt8]) -> [UInt8] {
        let field = problem.field
        let search = FigureField.search
        var labels = [UInt8](repeating: FigureLabel.clear, count: field.count)
        for y in 0..<field.height {
            for x in 0..<field.width {
                let place = search.pixel(field.unit(x: x, y: y))
                let column = Int(place.x.rounded())
                let row = Int(place.y.rounded())
                guard column >= 0, row >= 0, column < search.width, row < search.height
                else { continue }
                labels[y * field.width + x] = coarse[row * search.width + column]
            }
        }
        var costs = problem.costs
        for label in costs.indices {
            var own = FigureMask(width: field.width, height: field.height)
            for index in labels.indices { own[index] = Int(labels[index]) == label }
            let near = own.dilated(by: Self.band / field.step)
            for index in labels.indices where !near[index] {
                costs[label][index] = max(costs[label][index], LabelCut.forbidden + 1)
            }
        }
        var area = FigureMask(width: field.width, height: field.height)
        for index in labels.indices {
            var open = 0
            for label in costs.indices where costs[label][index] < LabelCut.forbidden { open += 1 }
            area[index] = open != 1 || costs[Int(labels[index])][index] >= LabelCut.forbidden
        }
        let seams = SeamCosts(
            problem.features, width: field.width, count: field.count,
            weights: problem.seamWeights(),
            area: area.dilated(by: 1.5))
        let cut = LabelCut(
            width: field.width, height: field.height, costs: costs, seams: seams,
            isCancelled: { executor.isCancelled })
        for index in labels.indices
        where costs[Int(labels[index])][index] >= LabelCut.forbidden && area[index] {
            var best = 0
            for label in costs.indices where costs[label][index] < costs[best][index] {
                best = label
            }
            labels[index] = UInt8(best)
        }
        return cut.expanded(
            from: labels, rounds: 2, flow: GridFlow(width: field.width, height: field.height))
    }
}

/// The works of one figure at the size of the picture, each unpacked once.
final class FigureDonors {
    private let model: StyleModel
    private let set: FigureSet
    private let field: FigureField
    private var rasters: [Int: FigureRaster] = [:]

    init(model: StyleModel, set: FigureSet, field: FigureField) {
        self.model = model
        self.set = set
        self.field = field
    }

    /// - Throws: ``StyleError/damagedModel(reason:)``.
    func raster(_ index: Int) throws(StyleError) -> FigureRaster {
        if let made = rasters[index] { return made }
        let work = set.works[index]
        let entry = model.works[work.entry]
        guard let marks = entry.figure else { throw .nothingToUse }
        let canvas = try model.canvas(of: entry)
        let wanted = 0.8 * work.scale / field.step * Double(canvas.width)
        let level = Mipmap(canvas).levels.last { Double($0.width) >= wanted } ?? canvas
        let places = FigureMarkPlaces(marks, width: canvas.width, height: canvas.height)
        let raster = FigureRaster(level, places)
        rasters[index] = raster
        return raster
    }
}
