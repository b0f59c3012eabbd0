/// The main colours of a picture, with how much each covers and how high it lies, by k-means in
/// feature space.
struct ColorClusters {
    /// One colour.
    struct Cluster {
        var color: SIMD3<Float>
        /// The part of the picture, 0 to 1.
        var share: Float
        /// The mean height, 0 at the upper edge and 1 at the lower one.
        var height: Float
    }

    private static let rounds = 12

    let clusters: [Cluster]
    /// For every pixel its cluster; 0 where the picture is transparent.
    let labels: [Int]

    /// - Parameter count: The most colours.
    init(_ features: Canvas, count: Int) {
        var histogram = ColorHistogram()
        histogram.add(features)
        let entries = histogram.entries(atLeastOneIn: 4_000)
        var centers = Self.start(entries, count: count)
        for _ in 0..<Self.rounds {
            var sums = [SIMD3<Float>](repeating: SIMD3(), count: centers.count)
            var weights = [Float](repeating: 0, count: centers.count)
            for entry in entries {
                let index = ColorHistogram.nearest(entry.color, in: centers).index
                sums[index] += entry.color * Float(entry.count)
                weights[index] += Float(entry.count)
            }
            for index in centers.indices where weights[index] > 0 {
                centers[index] = sums[index] / weights[index]
            }
        }
        var counts = [Int](repeating: 0, count: centers.count)
        var rows = [Int](repeating: 0, count: centers.count)
        var labels = [Int](repeating: 0, count: features.width * features.height)
        for index in labels.indices where features.pixels[index].w >= 128 && !centers.isEmpty {
            let pixel = features.pixels[index]
            let color = SIMD3(Float(pixel.x), Float(pixel.y), Float(pixel.z))
            labels[index] = ColorHistogram.nearest(color, in: centers).index
            counts[labels[index]] += 1
            rows[labels[index]] += index / features.width
        }
        let total = Float(max(1, counts.reduce(0, +)))
        clusters = centers.indices.map { index in
            Cluster(
                color: centers[index], share: Float(counts[index]) / total,
                height: (Float(rows[index]) / Float(max(1, counts[index])) + 0.5)
                    / Float(features.height))
        }
        self.labels = labels
    }

    /// The commonest colour, then always the one with the largest product of count and squared
    /// distance to the nearest centre.
    private static func start(
        _ entries: [(color: SIMD3<Float>, count: Int)], count: Int
    ) -> [SIMD3<Float>] {
        var centers: [SIMD3<Float>] = []
        var distances = entries.map { _ in Float(1) }
        while centers.count < count {
            let next = entries.indices.max { left, right in
                distances[left] * Float(entries[left].count)
                    < distances[right] * Float(entries[right].count)
            }
            guard let next, distances[next] > 0 else { break }
            centers.append(entries[next].color)
            for index in entries.indices {
                let gap = entries[index].color - entries[next].color
                let distance = (gap * gap).sum()
                distances[index] =
                    centers.count == 1 ? distance : min(distances[index], distance)
            }
        }
        return centers
    }
}
