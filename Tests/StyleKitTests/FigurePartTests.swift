import StyleKit
import TestSupport
import Testing

/// The mathematics below figures.
@Suite struct FigurePartTests {
    // Goal: the cut is a minimum one, and the flow its cost.
    // Method: 400 grids of 2 × 2 to 4 × 3 with costs from a seed, against all cuts there are.
    @Test func everySmallCutIsMinimal() {
        var random = SeededGenerator(seed: 8)
        for round in 0..<400 {
            let width = 2 + round % 3
            let height = 2 + round / 3 % 2
            let grid = Grid(width: width, height: height, using: &random)
            let flow = GridFlow(width: width, height: height)
            flow.clear()
            grid.add(to: flow)
            flow.solve(isCancelled: { false })
            let found = (0..<(width * height)).map { index in
                flow.isOnSinkSide(flow.node(x: index % width, y: index / width))
            }
            #expect(grid.cost(found) == grid.leastCost, "round \(round)")
        }
    }

    // Goal: a spline without stiffness passes through its points; an affine map stays as it is.
    // Method: five points moved at random; four more places of an affine map.
    @Test func splinesPassThroughTheirPoints() {
        var random = SeededGenerator(seed: 3)
        func point() -> SIMD2<Double> {
            SIMD2(.random(in: 0...500, using: &random), .random(in: 0...500, using: &random))
        }
        let points = (0..<5).map { _ in point() }
        let targets = (0..<5).map { _ in point() }
        let spline = ThinPlateSpline(from: points, to: targets, stiffness: 0)
        for (place, target) in zip(points, targets) {
            let gap = spline.source(place) - target
            #expect((gap * gap).sum() < 1e-8)
        }
        func affine(_ place: SIMD2<Double>) -> SIMD2<Double> {
            SIMD2(1.2 * place.x - 0.3 * place.y + 7, 0.4 * place.x + 0.9 * place.y - 2)
        }
        let flat = ThinPlateSpline(from: points, to: points.map(affine), stiffness: 60)
        for _ in 0..<4 {
            let place = point()
            let gap = flat.source(place) - affine(place)
            #expect((gap * gap).sum() < 1e-8)
        }
    }

    // Goal: the exponential, the logarithm and the bell curve are what they are called.
    // Method: known values, and that one undoes the other over many magnitudes.
    @Test func curvesAreTheirNames() {
        #expect(abs(Curves.exponential(1) - 2.718281828459045) < 1e-14)
        #expect(abs(Curves.exponential(-30) / 9.357622968840175e-14 - 1) < 1e-13)
        #expect(abs(Curves.logarithm(10) - 2.302585092994046) < 1e-14)
        for step in -60...60 {
            let value = Double(step) * 3.7 + 0.01
            #expect(abs(Curves.logarithm(Curves.exponential(value)) - value) < 1e-12)
        }
        for (square, value) in [(0, 1), (1, 0.60653066), (9, 0.011108997), (50, 1.3887944e-11)] {
            #expect(abs(Double(Curves.gaussian(Float(square))) / value - 1) < 1e-5)
        }
    }

    // Goal: distances to a mask are exact.
    // Method: random masks of 13 × 9 against the nearest of all pixels.
    @Test func distancesAreExact() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<40 {
            var mask = FigureMask(width: 13, height: 9)
            for index in mask.values.indices where Int.random(in: 0..<9, using: &random) == 0 {
                mask.values[index] = 255
            }
            mask.values[40] = 255
            let inside = mask.values.indices.filter { mask.values[$0] == 255 }
            let distances = mask.squaredDistances
            for index in mask.values.indices {
                let nearest = inside.map { other in
                    let (x, y) = (other % 13 - index % 13, other / 13 - index / 13)
                    return x * x + y * y
                }.min()
                #expect(Int(distances[index]) == nearest)
            }
        }
    }
}

/// Costs of a small grid.
private struct Grid {
    let width: Int
    let height: Int
    var sides: [(source: Int32, sink: Int32)] = []
    /// To the right and below: if only the first node is on the source's side; if only the second.
    var links: [[(forth: Int32, back: Int32)]] = []

    init(width: Int, height: Int, using random: inout SeededGenerator) {
        self.width = width
        self.height = height
        for _ in 0..<(width * height) {
            sides.append(
                (.random(in: 0...9, using: &random), .random(in: 0...9, using: &random)))
            links.append(
                (0..<2).map { _ in
                    (.random(in: 0...6, using: &random), .random(in: 0...6, using: &random))
                })
        }
    }

    func add(to flow: GridFlow) {
        for index in sides.indices {
            let node = flow.node(x: index % width, y: index / width)
            flow.add(node, onSourceSide: sides[index].source, onSinkSide: sides[index].sink)
            if index % width < width - 1 {
                flow.addRight(node, links[index][0].forth, back: links[index][0].back)
            }
            if index / width < height - 1 {
                flow.addBelow(node, links[index][1].forth, back: links[index][1].back)
            }
        }
    }

    /// Of all cuts there are.
    var leastCost: Int32 {
        let count = width * height
        var least = Int32.max
        for bits in 0..<(1 << count) {
            let cut: [Bool] = (0..<count).map { (bits >> $0) & 1 == 1 }
            least = min(least, cost(cut))
        }
        return least
    }

    /// - Parameter isSink: Whether each node is on the sink's side.
    func cost(_ isSink: [Bool]) -> Int32 {
        var cost: Int32 = 0
        func link(_ first: Int, _ second: Int, _ values: (forth: Int32, back: Int32)) {
            if !isSink[first], isSink[second] { cost += values.forth }
            if isSink[first], !isSink[second] { cost += values.back }
        }
        for index in sides.indices {
            cost += isSink[index] ? sides[index].sink : sides[index].source
            if index % width < width - 1 { link(index, index + 1, links[index][0]) }
            if index / width < height - 1 { link(index, index + width, links[index][1]) }
        }
        return cost
    }
}
