/// Counts colours in boxes of feature space and finds the main ones.
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

    /// The main colours by k-means, started from the colours furthest from each other.
    func palette(count: Int) -> [StyleAnalysis.PaletteColor] {
        let entries = entries(atLeastOneIn: Int.max)
        guard let heaviest = entries.max(by: { $0.count < $1.count }) else { return [] }
        var centers = [heaviest.color]
        while centers.count < count {
            let next = entries.map { entry in
                Self.nearest(entry.color, in: centers).distance * Float(entry.count)
            }
            guard let best = next.indices.max(by: { next[$0] < next[$1] }), next[best] > 0 else {
                break
            }
            centers.append(entries[best].color)
        }
        var shares = [Int](repeating: 0, count: centers.count)
        for _ in 0..<16 {
            var moments = [SIMD3<Float>](repeating: SIMD3(), count: centers.count)
            shares = [Int](repeating: 0, count: centers.count)
            for entry in entries {
                let index = Self.nearest(entry.color, in: centers).index
                moments[index] += entry.color * Float(entry.count)
                shares[index] += entry.count
            }
            for index in centers.indices where shares[index] > 0 {
                centers[index] = moments[index] / Float(shares[index])
            }
        }
        return Self.sorted(centers, shares)
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

    private static func sorted(
        _ centers: [SIMD3<Float>], _ shares: [Int]
    ) -> [StyleAnalysis.PaletteColor] {
        let total = Double(max(1, shares.reduce(0, +)))
        let colors = zip(centers, shares).filter { $0.1 > 0 }.map { center, share in
            StyleAnalysis.PaletteColor(
                hex: hex(Feature.decode(center).rgb),
                share: (Double(share) / total * 10_000).rounded() / 10_000)
        }
        return colors.sorted { ($1.share, $0.hex) < ($0.share, $1.hex) }
    }

    private static func hex(_ color: (UInt8, UInt8, UInt8)) -> String {
        let digits = Array("0123456789abcdef")
        return [color.0, color.1, color.2].reduce(into: "#") { text, value in
            text.append(digits[Int(value >> 4)])
            text.append(digits[Int(value & 15)])
        }
    }
}
