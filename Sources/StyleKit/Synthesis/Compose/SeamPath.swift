/// A work at some level and the pixel of it that the picture's first pixel has.
struct PlacedWork {
    let work: ComposedWork
    let x: Int
    let y: Int

    /// A pixel of the work; beyond an edge that of the edge.
    @inline(__always)
    func cell(_ column: Int, _ row: Int) -> ComposedWork.Cell {
        let sourceX = min(max(column &+ x, 0), work.width &- 1)
        let sourceY = min(max(row &+ y, 0), work.height &- 1)
        return work.cells.pointer[sourceY &* work.width &+ sourceX]
    }

    /// The height of a row in the work, 0 to 1.
    func height(_ row: Int) -> Float { Float(row + y) / Float(work.height) }

    /// Whether the work covers its side of a picture, without the edge along which it is cut.
    func covers(_ size: PyramidPlan.Size, _ join: Composition.Join, isFar: Bool) -> Bool {
        let edges = work.openEdges
        let left = x >= 0 || edges.left || join == .beside && isFar
        let top = y >= 0 || edges.top || join == .below && isFar
        let right =
            x + size.width <= work.width || edges.right || join == .beside && !isFar
        let bottom =
            y + size.height <= work.height || edges.bottom || join == .below && !isFar
        return left && top && right && bottom
    }
}

/// The cheapest way through a picture along which one work gives way to another: dynamic
/// programming over the rows (or columns) of the band in the middle in which both works lie.
struct SeamPath {
    /// The part of the picture's side in which a way may run.
    static let band: ClosedRange<Float> = 0.28...0.72
    /// The parts of the picture of which the new work must give one.
    static let share: ClosedRange<Float> = 0.33...0.65
    /// A band has at least this many pixels.
    private static let narrowest = 6
    /// What a step aside costs, by its length.
    private static let steps: [(by: Int, cost: Float)] = [(-1, 1), (1, 1), (-2, 2.5), (2, 2.5)]
    /// The weights of what is drawn there and of a sky that meets ground.
    private static let drawingWeight: Float = 9
    private static let skyWeight: Float = 25
    /// How much less a difference counts where sky meets sky: there it is softened.
    private static let skyPart: Float = 0.5
    /// The difference of skies that is softened.
    private static let softened: Float = 30
    /// The cost at which a pixel counts twice: one bad stretch spoils a picture.
    private static let steep: Float = 60
    /// Above this part of its height a work is more likely sky than ground.
    private static let lowestTop: Float = 0.4
    /// What ground above a sky costs.
    private static let floating: Float = 120
    /// How much less a way costs along an edge of one of the works, and the change that is one.
    private static let alongEdge: Float = 0.6
    private static let fullEdge: Float = 30
    /// What a picture's edge costs that cuts through what is drawn.
    private static let frameWeight: Float = 12
    /// How much more the upper edge counts: a head that is cut off shows at once.
    private static let upperEdge: Float = 3
    /// How much what is hidden of a drawing on paper counts, in the frame's units.
    private static let hiddenWeight: Float = 5
    /// What it costs that one work gives all that is drawn, and the part of it from which the other
    /// one gives enough.
    private static let aloneWeight: Float = 80
    private static let fewest: Float = 0.4
    /// What a unit of difference costs besides in the calmest areas, which hide no seam, and the
    /// importance from which an area is busy.
    private static let calmWeight: Float = 1
    private static let calm: Float = 1.2
    /// The difference of calm areas that is taken away by moving the light of both.
    private static let moved: Float = 20
    /// How much the square of what a picture's edge cuts through counts: a head that is cut off is
    /// worse than as much drawing along the whole edge.
    private static let frameSquare: Float = 0.4
    /// The difference at which its square counts as much as itself.
    private static let large: Float = 60
    /// What a pixel costs that belongs to an area to avoid.
    private static let closedCost: Float = 5_000
    /// How much an unequal division costs.
    private static let balance: Float = 25

    /// What the way costs for each pixel of its length.
    let cost: Float

    /// - Parameters:
    ///   - near: The work that lies to the left or above.
    ///   - far: The work that lies to the right or below.
    ///   - size: Of the picture at the works' level.
    ///   - bound: A way that costs more is of no use.
    /// - Returns: nil if the works do not cover their sides, or no way is cheap enough.
    init?(
        near: PlacedWork, far: PlacedWork, join: Composition.Join, size: PyramidPlan.Size,
        bound: Float = .infinity
    ) {
        guard near.covers(size, join, isFar: false), far.covers(size, join, isFar: true) else {
            return nil
        }
        let frames =
            Self.frame(near, size, join, isFar: false) + Self.frame(far, size, join, isFar: true)
        let frame = Self.frameWeight * frames + Self.alone(near, far, size, join)
        guard frame < bound else { return nil }
        let isBeside = join == .beside
        let across = isBeside ? size.width : size.height
        let along = isBeside ? size.height : size.width
        let band = Self.band(near, far, join, across)
        guard band.count >= Self.narrowest else { return nil }
        let limit = (bound - frame) * Float(along)
        var sums = [Float](repeating: 0, count: band.count + 4)
        var before = [Float](repeating: .infinity, count: band.count + 4)
        // The sums of the places on the way to each pixel: they are the near side's area.
        var places = sums
        var placesBefore = sums
        for line in 0..<along {
            swap(&sums, &before)
            swap(&places, &placesBefore)
            var least = Float.infinity
            for column in band {
                let own =
                    isBeside
                    ? Self.cost(near.cell(column, line), far.cell(column, line), join, 1)
                    : Self.cost(
                        near.cell(line, column), far.cell(line, column), join,
                        far.height(column))
                let at = column &- band.lowerBound &+ 2
                guard line > 0 else {
                    sums[at] = own
                    places[at] = Float(column)
                    continue
                }
                var from = at
                var best = before[at]
                for (step, turn) in Self.steps where before[at &+ step] + turn < best {
                    best = before[at &+ step] + turn
                    from = at &+ step
                }
                sums[at] = best + own
                places[at] = placesBefore[from] + Float(column)
                least = min(least, sums[at])
            }
            if line == 0 {
                for edge in [0, 1, band.count + 2, band.count + 3] {
                    sums[edge] = .infinity
                    before[edge] = .infinity
                }
            } else if least > limit {
                return nil
            }
        }
        var best = Float.infinity
        for at in 2..<band.count + 2 {
            let part = 1 - places[at] / Float(along) / Float(across)
            guard Self.share.contains(part) else { continue }
            best = min(best, sums[at] / Float(along) + abs(part - 0.5) * Self.balance)
        }
        guard best + frame < bound else { return nil }
        cost = best + frame
    }

    /// The places across the picture at which a way may run.
    private static func band(
        _ near: PlacedWork, _ far: PlacedWork, _ join: Composition.Join, _ across: Int
    ) -> Range<Int> {
        var start = Int(Self.band.lowerBound * Float(across))
        var end = Int(Self.band.upperBound * Float(across))
        switch join {
        case .beside:
            if !near.work.openEdges.right { end = min(end, near.work.width - near.x - 1) }
            if !far.work.openEdges.left { start = max(start, 1 - far.x) }
        case .below:
            if !near.work.openEdges.bottom { end = min(end, near.work.height - near.y - 1) }
            if !far.work.openEdges.top { start = max(start, 1 - far.y) }
        }
        return start..<max(start, end)
    }

    /// How important what the picture's edges cut through is, on average, over the three edges on a
    /// work's own side.
    private static func frame(
        _ side: PlacedWork, _ size: PyramidPlan.Size,
        _ join: Composition.Join, isFar: Bool
    ) -> Float {
        let work = side.work
        var sum: Float = 0
        var count: Float = 0
        func add(_ x: Int, _ y: Int, isCut: Bool) {
            let (column, row) = (x + side.x, y + side.y)
            guard (0..<work.width).contains(column), (0..<work.height).contains(row) else { return }
            count += 1
            var drawn = isCut ? max(0, work.importance[row * work.width + column] - 0.5) : 0
            drawn += drawn * drawn * frameSquare
            sum += y == 0 ? drawn * upperEdge : drawn
        }
        func half(_ length: Int) -> Range<Int> { isFar ? length / 2..<length : 0..<length / 2 }
        let isBeside = join == .beside
        for x in isBeside ? half(size.width) : 0..<size.width {
            if isBeside || !isFar { add(x, 0, isCut: side.y > 0) }
            if isBeside || isFar {
                add(x, size.height - 1, isCut: side.y + size.height < work.height)
            }
        }
        for y in isBeside ? 0..<size.height : half(size.height) {
            if !isBeside || !isFar { add(0, y, isCut: side.x > 0) }
            if !isBeside || isFar {
                add(size.width - 1, y, isCut: side.x + size.width < work.width)
            }
        }
        return (count > 0 ? sum / count : 0) + hidden(side, size, join, isFar: isFar)
    }

    /// The parts of a work that its half of the picture shows.
    private static func half(
        _ size: PyramidPlan.Size, _ join: Composition.Join, isFar: Bool
    ) -> (columns: Range<Int>, rows: Range<Int>) {
        func half(_ length: Int, _ isCut: Bool) -> Range<Int> {
            guard isCut else { return 0..<length }
            return isFar ? length / 2..<length : 0..<length / 2
        }
        return (half(size.width, join == .beside), half(size.height, join == .below))
    }

    /// What it costs that nearly all that is drawn is one work's: the other one's side is empty
    /// paper, or as good as empty.
    private static func alone(
        _ near: PlacedWork, _ far: PlacedWork, _ size: PyramidPlan.Size, _ join: Composition.Join
    ) -> Float {
        let marks = [(near, false), (far, true)].map { side, isFar in
            let (columns, rows) = half(size, join, isFar: isFar)
            return side.work.marks(
                columns: columns.lowerBound + side.x..<columns.upperBound + side.x,
                rows: rows.lowerBound + side.y..<rows.upperBound + side.y)
        }
        let lesser = min(marks[0], marks[1]) / max(1, marks[0] + marks[1])
        return aloneWeight * max(0, 1 - lesser / fewest)
    }

    /// What is missing of a work's drawing on its side of the picture: of one on paper all that is
    /// hidden, of any other what makes its side emptier than half of it.
    private static func hidden(
        _ side: PlacedWork, _ size: PyramidPlan.Size, _ join: Composition.Join, isFar: Bool
    ) -> Float {
        let (columns, rows) = half(size, join, isFar: isFar)
        let shown = side.work.drawn(
            columns: columns.lowerBound + side.x..<columns.upperBound + side.x,
            rows: rows.lowerBound + side.y..<rows.upperBound + side.y)
        guard shown.whole > 0, shown.area > 0 else { return hiddenWeight }
        if side.work.openEdges.isOnPaper { return hiddenWeight * (1 - shown.sum / shown.whole) }
        let whole = shown.whole / Float(side.work.width * side.work.height)
        return hiddenWeight * max(0, 0.5 - shown.sum / Float(shown.area) / whole)
    }

    @inline(__always)
    private static func cost(
        _ near: ComposedWork.Cell, _ far: ComposedWork.Cell, _ join: Composition.Join,
        _ height: Float
    ) -> Float {
        var difference = ComposedWork.distance(near.color, far.color)
        if near.isSky, far.isSky, difference < softened { difference *= skyPart }
        var cost = difference + difference * difference / large
        let drawn = near.importance + far.importance
        cost += calmWeight * max(0, difference - moved) * max(0, 1 - drawn / (2 * calm))
        cost += drawingWeight * drawn
        let change = join == .beside ? max(near.across, far.across) : max(near.down, far.down)
        cost *= 1 - alongEdge * min(1, change / fullEdge)
        if near.isSky != far.isSky {
            // A ground that ends above a sky floats.
            cost += join == .below && far.isSky ? floating : skyWeight
        }
        if join == .below, !near.isSky { cost += floating * max(0, 1 - height / lowestTop) }
        cost += cost * cost / steep
        return near.isClosed || far.isClosed ? cost + closedCost : cost
    }
}
