import Fingerprints

/// One work at the coarsest level, with what decides where it may be cut.
struct ComposedWork {
    /// Two neighbouring pixels of a sky differ by no more than this, in feature units.
    private static let skyStep: Float = 11
    /// A sky differs from its upper edge by no more than this.
    private static let skyRange: Float = 70
    /// So many rows of something else, such as a bird, may lie above a sky.
    private static let skyHole = 3
    /// What a unit of difference of two works' mean colours and light costs, and what it costs that
    /// in one of them so many times as much happens as in the other, less one.
    private static let hueWeight: Float = 0.4
    private static let lightWeight: Float = 0.15
    private static let livelinessWeight: Float = 10
    private static let mostUneven: Float = 3
    /// The most that a pixel matters, as a multiple of the work's mean.
    private static let highestImportance: Float = 6

    /// What changes less around a pixel, in feature units, is plain, such as paper.
    private static let plain: Float = 4
    /// Two works whose fingerprints differ in no more bits are the same drawing.
    private static let alike = 80

    let width: Int
    let height: Int
    /// The index of the work in the pyramid's areas.
    let area: Int
    /// `[height, width]`: smoothed features.
    let colors: [SIMD4<Float>]
    /// `[height, width]`: how much drawing a cut would hurt; the mean over the work is 1.
    let importance: [Float]
    /// `[height, width]`: calm areas with nothing but calm ones above.
    let isSky: [Bool]
    /// `[height + 1, width + 1]`: the sums of what is drawn above and to the left of each pixel.
    private let drawnSums: [Float]
    /// `[height + 1, width + 1]`: how many pixels above and to the left of each are not plain.
    private let markSums: [Float]
    /// What a cut costs at each pixel depends on, `[height, width]`.
    let cells: PaddedBuffer<Cell>
    /// The edges beyond which nothing is missing: there the work may end inside the picture.
    let openEdges: WorkEdges
    private let fingerprint: Fingerprint
    /// The mean colour, and how much happens around a pixel on average, in feature units.
    private let meanColor: SIMD4<Float>
    private let liveliness: Float

    /// - Parameters:
    ///   - features: Of the work at the coarsest level.
    ///   - avoided: Areas from which nothing is taken.
    ///   - keptWhole: Areas that a cut should not cross.
    init(
        _ features: Canvas, area: Int, avoided: [PixelArea], keptWhole: [PixelArea],
        executor: RowParallelExecutor
    ) {
        width = features.width
        height = features.height
        self.area = area
        fingerprint =
            features.colorsOfFeatures(executor).picture.fingerprintReading().fingerprint
        let smooth = GuideMap.boxBlurred(features, radius: 1, executor: executor)
        let wide = GuideMap.boxBlurred(
            GuideMap.boxBlurred(features, radius: 8, executor: executor), radius: 8,
            executor: executor)
        let count = width * height
        let colors = (0..<count).map { Self.floats(smooth.pixels[$0]) }
        self.colors = colors
        var importance = [Float](repeating: 0, count: count)
        for index in 0..<count {
            let fine = Self.floats(features.pixels[index]) - colors[index]
            let broad = colors[index] - Self.floats(wide.pixels[index])
            importance[index] =
                (fine * fine).sum().squareRoot() * 2 + (broad * broad).sum().squareRoot()
        }
        importance = Self.spread(importance, width: width, height: height)
        markSums = Self.sums(
            importance.map { $0 > Self.plain ? 1 : 0 }, width: width, height: height)
        meanColor = colors.reduce(SIMD4(), +) / Float(count)
        let mean = max(1, importance.reduce(0, +) / Float(count))
        liveliness = mean
        importance = importance.map { min(Self.highestImportance, $0 / mean) }
        var isClosed = [Bool](repeating: false, count: count)
        for area in avoided {
            Self.each(area, width: width, height: height) { isClosed[$0] = true }
        }
        for area in keptWhole {
            Self.each(area, width: width, height: height) {
                importance[$0] = Self.highestImportance * 4
            }
        }
        self.importance = importance
        drawnSums = Self.sums(
            importance.map { max(0, $0 - 0.5) }, width: width, height: height)
        openEdges = WorkEdges(width: width, height: height) { features.pixels[$0] }
        isSky = Self.sky(colors, width: width, height: height)
        cells = PaddedBuffer(count: count, filledWith: Cell())
        for y in 0..<height {
            for x in 0..<width {
                let at = y * width + x
                let color = colors[at]
                cells[at] = Cell(
                    color: color, importance: importance[at],
                    across: Self.distance(color, colors[x > 0 ? at - 1 : at]),
                    down: Self.distance(color, colors[y > 0 ? at - width : at]),
                    isSky: isSky[at], isClosed: isClosed[at])
            }
        }
    }

    @inline(__always)
    static func distance(_ left: SIMD4<Float>, _ right: SIMD4<Float>) -> Float {
        let gap = left - right
        return (gap * gap).sum().squareRoot()
    }

    private static func floats(_ pixel: SIMD4<UInt8>) -> SIMD4<Float> {
        SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: pixel))
    }

    private static func each(
        _ area: PixelArea, width: Int, height: Int, _ body: (Int) -> Void
    ) {
        for y in max(0, area.y)..<max(0, min(height, area.y + area.height)) {
            for x in max(0, area.x)..<max(0, min(width, area.x + area.width)) {
                body(y * width + x)
            }
        }
    }

    /// The pixel at a place; beyond an edge that of the edge.
    @inline(__always)
    func index(_ x: Int, _ y: Int) -> Int {
        min(max(y, 0), height &- 1) &* width &+ min(max(x, 0), width &- 1)
    }

    /// How much is drawn on average in a part of the work; the whole has about 1.
    func drawn(columns: Range<Int>, rows: Range<Int>) -> (sum: Float, whole: Float, area: Int) {
        let whole = drawnSums[height * (width + 1) + width]
        let part = sum(drawnSums, columns: columns, rows: rows)
        return (part.sum, whole, part.area)
    }

    /// How many pixels of a part of the work are not plain.
    func marks(columns: Range<Int>, rows: Range<Int>) -> Float {
        sum(markSums, columns: columns, rows: rows).sum
    }

    private func sum(
        _ sums: [Float], columns: Range<Int>, rows: Range<Int>
    ) -> (sum: Float, area: Int) {
        let (left, right) = (min(max(columns.lowerBound, 0), width), min(columns.upperBound, width))
        let (top, bottom) = (min(max(rows.lowerBound, 0), height), min(rows.upperBound, height))
        guard left < right, top < bottom else { return (0, 0) }
        let line = width + 1
        let sum =
            sums[bottom * line + right] - sums[top * line + right] - sums[bottom * line + left]
            + sums[top * line + left]
        return (sum, (right - left) * (bottom - top))
    }

    private static func sums(_ values: [Float], width: Int, height: Int) -> [Float] {
        let line = width + 1
        var sums = [Float](repeating: 0, count: line * (height + 1))
        for y in 0..<height {
            var row: Float = 0
            for x in 0..<width {
                row += values[y * width + x]
                sums[(y + 1) * line + x + 1] = sums[y * line + x + 1] + row
            }
        }
        return sums
    }

    /// The means over 5 × 5 pixels.
    private static func spread(_ values: [Float], width: Int, height: Int) -> [Float] {
        var result = values
        for y in 0..<height {
            for x in 0..<width {
                var sum: Float = 0
                for dy in -2...2 {
                    let row = min(max(y + dy, 0), height - 1) * width
                    for dx in -2...2 { sum += values[row + min(max(x + dx, 0), width - 1)] }
                }
                result[y * width + x] = sum / 25
            }
        }
        return result
    }

    /// Floods from the upper edge over small steps.
    private static func sky(_ colors: [SIMD4<Float>], width: Int, height: Int) -> [Bool] {
        var isSky = [Bool](repeating: false, count: colors.count)
        var origin = [SIMD4<Float>](repeating: SIMD4(), count: colors.count)
        var waiting: [Int] = []
        for x in 0..<width where colors[x].w >= 128 {
            isSky[x] = true
            origin[x] = colors[x]
            waiting.append(x)
        }
        while let index = waiting.popLast() {
            let (x, y) = (index % width, index / width)
            for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let (column, row) = (x + dx, y + dy)
                guard (0..<width).contains(column), (0..<height).contains(row) else { continue }
                let next = row * width + column
                guard !isSky[next] else { continue }
                let step = colors[next] - colors[index]
                let way = colors[next] - origin[index]
                guard (step * step).sum() < skyStep * skyStep,
                    (way * way).sum() < skyRange * skyRange
                else { continue }
                isSky[next] = true
                origin[next] = origin[index]
                waiting.append(next)
            }
        }
        for x in 0..<width {
            var hole = 0
            for y in 0..<height {
                hole = isSky[y * width + x] ? 0 : hole + 1
                guard hole > skyHole else { continue }
                for row in y..<height { isSky[row * width + x] = false }
                break
            }
        }
        return isSky
    }

    /// How little two works belong together, whatever their places: unlike colours, unlike light,
    /// and lively drawing beside flat areas.
    func strangeness(to other: ComposedWork) -> Float {
        let gap = meanColor - other.meanColor
        let hue = (gap.y * gap.y + gap.z * gap.z).squareRoot()
        let ratio = max(liveliness, other.liveliness) / min(liveliness, other.liveliness)
        return hue * Self.hueWeight + abs(gap.x) * Self.lightWeight
            + min(ratio - 1, Self.mostUneven) * Self.livelinessWeight
    }

    /// Whether two works look alike: one is the other with small changes.
    func resembles(_ other: ComposedWork) -> Bool {
        fingerprint.distance(to: other.fingerprint) <= Self.alike
    }
}

extension ComposedWork {
    /// One pixel, as cuts see it.
    struct Cell: BitwiseCopyable {
        /// Smoothed features.
        var color = SIMD4<Float>()
        var importance: Float = 0
        /// The change from the pixel to the left, and from that above.
        var across: Float = 0
        var down: Float = 0
        /// 1 in a sky.
        var isSky = false
        /// Whether nothing may be taken.
        var isClosed = false
    }
}

/// The edges of a work that nothing touches: beyond them is more of the same paper.
struct WorkEdges {
    /// The squared difference of paper from paper.
    private static let paperRange: Int32 = 150
    /// Of a hundred pixels of an edge so many are paper.
    private static let paperPart = 100
    /// So many open edges make a work one that is drawn on paper.
    private static let fewest = 3

    let left: Bool
    let top: Bool
    let right: Bool
    let bottom: Bool

    var isOnPaper: Bool { [left, top, right, bottom].count { $0 } >= Self.fewest }

    /// - Parameter feature: The feature of a pixel.
    init(width: Int, height: Int, _ feature: (Int) -> SIMD4<UInt8>) {
        let last = (height - 1) * width
        let edges = [
            (0..<height).map { feature($0 * width) }, (0..<width).map(feature),
            (0..<height).map { feature($0 * width + width - 1) },
            (0..<width).map { feature(last + $0) },
        ]
        // Paper is what the most edges begin with.
        let papers = [0, width - 1, last, last + width - 1].map(feature)
        let open = papers.map { paper in
            edges.map { edge in
                let same = edge.count { PatchSearch.distance($0, paper) < Self.paperRange }
                return same * 100 >= edge.count * Self.paperPart
            }
        }
        let most = open.max { $0.count { $0 } < $1.count { $0 } } ?? []
        (left, top, right, bottom) = (most[0], most[1], most[2], most[3])
    }
}

extension StyleModel {
    /// Which works are drawn on paper, with nothing around them, in the order of the model.
    ///
    /// - Throws: ``StyleError/damagedModel(reason:)``.
    func worksOnPaper() throws(StyleError) -> [Bool] {
        var result: [Bool] = []
        for work in works {
            let canvas = try canvas(of: work)
            result.append(
                WorkEdges(width: canvas.width, height: canvas.height) {
                    Feature(premultiplied: canvas.pixels[$0]).lanes
                }.isOnPaper)
        }
        return result
    }
}
