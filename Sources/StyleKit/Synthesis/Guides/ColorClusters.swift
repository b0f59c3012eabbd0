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
        let colors = histogram.entries(atLeastOneIn: 4_000).map { ($0.color, Float($0.count)) }
        var centers = ColorMeans.start(colors, count: count)
        for _ in 0..<Self.rounds { centers = ColorMeans.moved(centers, colors).centers }
        var counts = [Int](repeating: 0, count: centers.count)
        var rows = [Int](repeating: 0, count: centers.count)
        var labels = [Int](repeating: 0, count: features.width * features.height)
        for index in labels.indices where features.pixels[index].w >= 128 && !centers.isEmpty {
            let pixel = features.pixels[index]
            let color = SIMD3(Float(pixel.x), Float(pixel.y), Float(pixel.z))
            labels[index] = ColorMeans.nearest(color, in: centers).index
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
}
