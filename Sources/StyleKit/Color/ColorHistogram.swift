/// Counts colours in boxes of feature space.
struct ColorHistogram {
    private static let boxesPerLane = 32

    private var counts = [Int](repeating: 0, count: 32 * 32 * 32)
    private var sums = [SIMD4<Int>](repeating: SIMD4(), count: 32 * 32 * 32)

    /// Counts every pixel that is at least half opaque.
    mutating func add(_ features: Canvas) {
        for index in 0..<(features.width * features.height) {
            let pixel = features.pixels[index]
            guard pixel.w >= 128 else { continue }
            let box = Self.box(of: pixel)
            counts[box] += 1
            sums[box] &+= SIMD4<Int>(truncatingIfNeeded: pixel)
        }
    }

    static func box(of feature: SIMD4<UInt8>) -> Int {
        Int(feature.x >> 3) << 10 | Int(feature.y >> 3) << 5 | Int(feature.z >> 3)
    }

    /// The mean feature and the count of every box that holds at least one pixel in `parts`.
    func entries(atLeastOneIn parts: Int) -> [(color: SIMD3<Float>, count: Int)] {
        let total = counts.reduce(0, +)
        return counts.indices.compactMap { box in
            guard counts[box] > 0, counts[box] >= total / parts else { return nil }
            let mean = SIMD4<Float>(sums[box]) / Float(counts[box])
            return (SIMD3(mean.x, mean.y, mean.z), counts[box])
        }
    }

    static func nearest(
        _ color: SIMD3<Float>, in centers: [SIMD3<Float>]
    ) -> (index: Int, distance: Float) {
        var best = (index: 0, distance: Float.infinity)
        for (index, center) in centers.enumerated() {
            let difference = color - center
            let distance = (difference * difference).sum()
            if distance < best.distance { best = (index, distance) }
        }
        return best
    }
}
