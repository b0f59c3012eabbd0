/// The marked works of a style, ready to be combined.
final class FigureSet {
    let works: [FigureWork]
    /// The works as bodies in the raster of the search.
    let bodies: [FigureLayer]
    /// Of the works' heads on their own bodies, in units.
    let medianHeadSize: Double
    private let removedHeads: [FigureMask]

    /// - Throws: ``StyleError/noFigures(marked:cutOut:)``, ``StyleError/cancelled``.
    init(
        _ model: StyleModel, settings: GenerationSettings, executor: RowParallelExecutor
    ) throws(StyleError) {
        let leftOut = Set(settings.works.filter(\.isLeftOut).map(\.workID))
        let marked = model.works.indices.filter { model.works[$0].figure != nil }
        let random = CounterRandom(seed: settings.seed >> 4)
        // Of very many works, some are chosen by the sheet's seed.
        let order = random.order(of: marked.count, .figureWorks).map { marked[$0] }
            .filter { !leftOut.contains(model.works[$0].id) }
        var works: [FigureWork] = []
        for entry in order.prefix(Limits.figureDonors).sorted() {
            try executor.checkCancellation()
            guard let marks = model.works[entry].figure else { continue }
            let canvas = try model.canvas(of: model.works[entry])
            let work = FigureWork(model.works[entry], entry: entry, marks: marks, canvas: canvas)
            if let work { works.append(work) }
        }
        guard !works.isEmpty else {
            throw .figuresNotCutOut(count: marked.count)
        }
        self.works = works
        var layers = [FigureLayer?](repeating: nil, count: works.count)
        layers.withUnsafeMutableBufferPointer { buffer in
            nonisolated(unsafe) let slots = buffer
            executor.each(works.count) { index in
                slots[index] = FigurePlacement.body(
                    works[index], raster: works[index].small, field: .search,
                    executor: RowParallelExecutor(threads: 1))
            }
        }
        try executor.checkCancellation()
        bodies = layers.compactMap { $0 }
        removedHeads = bodies.map(\.removedHead)
        let sizes = works.map { $0.headSize * $0.scale }.sorted()
        medianHeadSize = sizes[sizes.count / 2]
    }

    /// About how many pixels of the search a head leaves open where the base's own head was.
    func holes(_ pair: FigureCast.Pair) -> Double {
        let (base, head) = (bodies[pair.base], bodies[pair.head])
        let field = base.field
        let points = base.points
        let shift = (head.points.chin - points.chin) / field.step
        let middle = field.pixel(head.points.chin).x
        var open = 0
        for y in 0..<field.height {
            for x in 0..<field.width where removedHeads[pair.base][y * field.width + x] {
                let place = field.unit(x: x, y: y)
                guard place.y > points.neckPit.y - 4,
                    abs(place.x - points.neckPit.x) < 0.7 * FigureField.build / 2 * 1.2
                else { continue }
                var column = Double(x) + shift.x
                if pair.isMirrored { column = 2 * middle - column }
                let sourceX = Int(column.rounded())
                let sourceY = Int((Double(y) + shift.y).rounded())
                let isInside =
                    sourceX >= 0 && sourceY >= 0 && sourceX < field.width && sourceY < field.height
                if !isInside || !head.head[sourceY * field.width + sourceX] { open += 1 }
            }
        }
        return Double(open)
    }

    /// Whether the works seem to show one character only: nearly all have the same hair and skin.
    var isOneCharacter: Bool {
        guard works.count > 1 else { return true }
        var same = 0
        var total = 0
        for (index, work) in works.enumerated() {
            for other in works[(index + 1)...] {
                let hair = work.hair - other.hair
                let skin = work.skin - other.skin
                total += 1
                if (hair * hair).sum() < 64 && (skin * skin).sum() < 36 { same += 1 }
            }
        }
        return same * 10 >= total * 9
    }

    /// The index of the work with an id.
    func index(of id: [UInt8]?, in model: StyleModel) throws(StyleError) -> Int? {
        guard let id else { return nil }
        guard let index = works.firstIndex(where: { model.works[$0.entry].id == id }) else {
            throw .notAFigure
        }
        return index
    }
}
