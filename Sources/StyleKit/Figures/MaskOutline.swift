/// The outer edge of a connected part of a mask.
struct MaskOutline {
    private let corners: [SIMD2<Double>]

    /// - Parameter seed: A pixel of the part.
    init?(_ mask: FigureMask, around seed: (x: Int, y: Int)) {
        guard mask[seed.y * mask.width + seed.x] else { return nil }
        var isPart = [Bool](repeating: false, count: mask.width * mask.height)
        var open = [seed.y * mask.width + seed.x]
        isPart[open[0]] = true
        while let index = open.popLast() {
            let x = index % mask.width
            for next in [
                x > 0 ? index - 1 : -1, x + 1 < mask.width ? index + 1 : -1, index - mask.width,
                index + mask.width,
            ] where isPart.indices.contains(next) && mask[next] && !isPart[next] {
                isPart[next] = true
                open.append(next)
            }
        }
        func isInside(_ x: Int, _ y: Int) -> Bool {
            x >= 0 && y >= 0 && x < mask.width && y < mask.height && isPart[y * mask.width + x]
        }
        // Along the edges of pixels, the part on the right, from the first pixel's upper left.
        guard let first = isPart.firstIndex(of: true) else { return nil }
        let start = SIMD2(first % mask.width, first / mask.width)
        var place = start
        var step = SIMD2(1, 0)
        var corners: [SIMD2<Double>] = []
        for _ in 0..<(4 * mask.width * mask.height) {
            corners.append(SIMD2(Double(place.x), Double(place.y)))
            place = SIMD2(place.x + step.x, place.y + step.y)
            let left = SIMD2(step.y, -step.x)
            let ahead = Self.pixels(ahead: place, step)
            if isInside(ahead.left.x, ahead.left.y) {
                step = left
            } else if !isInside(ahead.right.x, ahead.right.y) {
                step = SIMD2(-step.y, step.x)
            }
            if place == start { break }
        }
        self.corners = corners
    }

    /// The two pixels ahead of a corner, left and right of the direction.
    private static func pixels(
        ahead place: SIMD2<Int>, _ step: SIMD2<Int>
    ) -> (left: SIMD2<Int>, right: SIMD2<Int>) {
        switch (step.x, step.y) {
        case (1, _): (SIMD2(place.x, place.y - 1), place)
        case (-1, _): (SIMD2(place.x - 1, place.y), SIMD2(place.x - 1, place.y - 1))
        case (_, 1): (place, SIMD2(place.x - 1, place.y))
        default: (SIMD2(place.x - 1, place.y - 1), SIMD2(place.x, place.y - 1))
        }
    }

    /// Fewer corners with nearly the same outline (Douglas and Peucker, 1973).
    func simplified(to limit: Int) -> [SIMD2<Double>] {
        guard corners.count > 3 else { return [] }
        var tolerance = 0.9
        while true {
            let half = corners.count / 2
            let first = Self.simplified(corners[...half], tolerance)
            let second = Self.simplified(corners[half...] + [corners[0]], tolerance)
            let simple = first.dropLast() + second.dropLast()
            if simple.count <= limit { return Array(simple) }
            tolerance *= 1.4
        }
    }

    private static func simplified(
        _ line: ArraySlice<SIMD2<Double>>, _ tolerance: Double
    ) -> [SIMD2<Double>] {
        var isKept = [Bool](repeating: false, count: line.count)
        let points = Array(line)
        guard points.count > 2 else { return points }
        isKept[0] = true
        isKept[points.count - 1] = true
        var open = [(0, points.count - 1)]
        while let (low, high) = open.popLast() {
            guard high - low > 1 else { continue }
            let span = points[high] - points[low]
            let length = (span * span).sum().squareRoot()
            var worst = (index: low, gap: 0.0)
            for index in (low + 1)..<high {
                let offset = points[index] - points[low]
                let gap =
                    length > 0
                    ? abs(offset.x * span.y - offset.y * span.x) / length
                    : (offset * offset).sum().squareRoot()
                if gap > worst.gap { worst = (index, gap) }
            }
            guard worst.gap > tolerance else { continue }
            isKept[worst.index] = true
            open.append((low, worst.index))
            open.append((worst.index, high))
        }
        return points.indices.filter { isKept[$0] }.map { points[$0] }
    }
}
