/// k-means over colours that count differently much.
enum ColorMeans {
    /// A colour and how much it counts, above 0.
    typealias Weighted = (color: SIMD3<Float>, weight: Float)

    /// The centres to begin with: the commonest colour, then always the one with the largest
    /// product of weight and squared distance to the nearest centre; fewer than `count` where no
    /// other colours are left.
    static func start(_ colors: [Weighted], count: Int) -> [SIMD3<Float>] {
        guard let first = colors.max(by: { $0.weight < $1.weight }) else { return [] }
        var centers = [first.color]
        var distances = colors.map { distance($0.color, first.color) }
        while centers.count < count {
            let worst = colors.indices.max { left, right in
                distances[left] * colors[left].weight < distances[right] * colors[right].weight
            }
            guard let worst, distances[worst] > 0 else { break }
            centers.append(colors[worst].color)
            for index in colors.indices {
                distances[index] = min(
                    distances[index], distance(colors[index].color, colors[worst].color))
            }
        }
        return centers
    }

    /// One round: each centre becomes the mean of the colours nearest to it.
    ///
    /// - Returns: The centres, and how much the colours count that were nearest to each before.
    static func moved(
        _ centers: [SIMD3<Float>], _ colors: [Weighted]
    ) -> (centers: [SIMD3<Float>], weights: [Float]) {
        var sums = [SIMD3<Float>](repeating: SIMD3(), count: centers.count)
        var weights = [Float](repeating: 0, count: centers.count)
        for (color, weight) in colors {
            let index = nearest(color, in: centers).index
            sums[index] += color * weight
            weights[index] += weight
        }
        let means = centers.indices.map {
            weights[$0] > 0 ? sums[$0] / weights[$0] : centers[$0]
        }
        return (means, weights)
    }

    /// The nearest of some centres, and its squared distance.
    static func nearest(
        _ color: SIMD3<Float>, in centers: [SIMD3<Float>]
    ) -> (index: Int, distance: Float) {
        var best = (index: 0, distance: Float.infinity)
        for (index, center) in centers.enumerated() {
            let distance = distance(color, center)
            if distance < best.distance { best = (index, distance) }
        }
        return best
    }

    /// The squared distance of two colours.
    static func distance(_ left: SIMD3<Float>, _ right: SIMD3<Float>) -> Float {
        let gap = left - right
        return (gap * gap).sum()
    }
}
