/// A rectangle of a layout that is filled with one fragment; in a tile it may reach over the edges.
struct LayoutCell {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    init(_ area: PixelArea) {
        self.init(x: area.x, y: area.y, width: area.width, height: area.height)
    }

    /// Rows and columns of about `side` pixels, their borders jittered by the seed.
    ///
    /// - Parameter wraps: Whether the picture is a tile. Then rows and columns begin at random,
    ///   each row elsewhere, and reach over the edges: otherwise all edges would be seams.
    static func grid(
        width: Int, height: Int, side: Int, wraps: Bool, random: CounterRandom
    ) -> [LayoutCell] {
        let rows = cuts(height, side: side, random: random, key: 0)
        let top = wraps ? random.below(height, .tileTop) : 0
        var cells: [LayoutCell] = []
        for (index, row) in rows.enumerated() {
            let left = wraps ? random.below(width, .tileLeft, index) : 0
            for column in cuts(width, side: side, random: random, key: index + 1) {
                cells.append(
                    LayoutCell(
                        x: (column.lowerBound + left) % width, y: (row.lowerBound + top) % height,
                        width: column.count, height: row.count))
            }
        }
        return cells
    }

    /// Squares from `largest` down to `smallest`, smaller where the guide varies; large ones first.
    static func quadtree(guide: Canvas, largest: Int, smallest: Int) -> [LayoutCell] {
        var waiting: [LayoutCell] = []
        for y in stride(from: 0, to: guide.height, by: largest) {
            for x in stride(from: 0, to: guide.width, by: largest) {
                waiting.append(
                    LayoutCell(
                        x: x, y: y, width: min(largest, guide.width - x),
                        height: min(largest, guide.height - y)))
            }
        }
        var cells: [LayoutCell] = []
        while let cell = waiting.popLast() {
            let isSmall = max(cell.width, cell.height) < smallest * 2
            if isSmall || cell.spread(in: guide) < 150 {
                cells.append(cell)
            } else {
                waiting.append(contentsOf: cell.quarters)
            }
        }
        return cells.sorted { left, right in
            (-left.width * left.height, left.y, left.x)
                < (-right.width * right.height, right.y, right.x)
        }
    }

    private static func cuts(
        _ length: Int, side: Int, random: CounterRandom, key: Int
    ) -> [Range<Int>] {
        let count = max(1, (length + side / 2) / side)
        var borders = [0]
        for index in 1..<max(1, count) {
            let jitter = random.below(side / 2, .cellBorders, key, index) - side / 4
            borders.append(length * index / count + jitter)
        }
        borders.append(length)
        return zip(borders, borders.dropFirst()).map { $0..<$1 }
    }

    private var quarters: [LayoutCell] {
        let left = width / 2
        let top = height / 2
        let all = [
            LayoutCell(x: x, y: y, width: left, height: top),
            LayoutCell(x: x + left, y: y, width: width - left, height: top),
            LayoutCell(x: x, y: y + top, width: left, height: height - top),
            LayoutCell(x: x + left, y: y + top, width: width - left, height: height - top),
        ]
        return all.filter { $0.width > 0 && $0.height > 0 }
    }

    /// The variance of the guide's colours, summed over the lanes.
    private func spread(in guide: Canvas) -> Int {
        var sum = SIMD4<Int>()
        var squares = SIMD4<Int>()
        for row in y..<(y + height) {
            for column in x..<(x + width) {
                var value = SIMD4<Int>(truncatingIfNeeded: guide.pixels[row * guide.width + column])
                value.w = 0
                sum &+= value
                squares &+= value &* value
            }
        }
        let count = width * height
        return squares.wrappedSum() / count - (sum &* sum).wrappedSum() / (count * count)
    }
}
