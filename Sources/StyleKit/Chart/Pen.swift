/// Round-ended lines of one width, drawn as if at once: where they cross they get no darker.
struct Pen {
    let strokes: [[SIMD2<Float>]]
    let width: Float

    /// Names every pixel of an area that the lines touch, and how much of it they cover, 0 to 1.
    func cover(width areaWidth: Int, height areaHeight: Int, _ body: (Int, Int, Float) -> Void) {
        let points = strokes.flatMap(\.self)
        guard let first = points.first else { return }
        var low = first
        var high = first
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let reach = width / 2 + 1
        let columns = Pen.range(low.x - reach, high.x + reach, below: areaWidth)
        for y in Pen.range(low.y - reach, high.y + reach, below: areaHeight) {
            for x in columns {
                let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
                let gap = strokes.map { Pen.distance(from: place, to: $0) }.min() ?? .infinity
                let part = min(1, max(0, width / 2 + 0.5 - gap))
                if part > 0 { body(x, y, part) }
            }
        }
    }

    private static func range(_ low: Float, _ high: Float, below limit: Int) -> Range<Int> {
        let start = max(0, Int(max(-1, low.rounded(.down))))
        let end = min(limit, Int(min(Float(limit), max(-1, high))) + 1)
        return start..<max(start, end)
    }

    private static func distance(from place: SIMD2<Float>, to line: [SIMD2<Float>]) -> Float {
        var smallest = Float.infinity
        for index in 0..<max(1, line.count - 1) where !line.isEmpty {
            let start = line[index]
            let along = line[min(index + 1, line.count - 1)] - start
            let length = (along * along).sum()
            let offset = place - start
            let part = length > 0 ? min(1, max(0, (offset * along).sum() / length)) : 0
            let gap = offset - along * part
            smallest = min(smallest, (gap * gap).sum())
        }
        return smallest.squareRoot()
    }
}
