import SystemSupport

/// The main colours of works, by k-means in feature space.
enum Palette {
    /// Iterations of k-means.
    private static let rounds = 24
    /// In feature units, about 4 of OKLab × 100: colours closer than this look alike in a row of
    /// swatches.
    private static let alike: Float = 11
    /// A smaller part of the pixels is not a main colour.
    private static let smallestShare = 0.003

    private struct Entry {
        let color: ColorMeans.Weighted
        let bin: SparseColorHistogram.Bin
    }

    /// The main colours of a histogram, the largest share first; at most `limit`.
    static func colors(of counts: SparseColorHistogram, limit: Int) -> [StyleAnalysis.PaletteColor]
    {
        let entries = counts.bins.map { bin in
            let color = bin.color
            let place = Feature.encode(OKLab(red: color.x, green: color.y, blue: color.z))
            return Entry(color: (SIMD3<Float>(place), Float(bin.count)), bin: bin)
        }
        let colors = entries.map(\.color)
        var centers = ColorMeans.start(colors, count: limit)
        for _ in 0..<rounds { centers = ColorMeans.moved(centers, colors).centers }
        centers = distinct(centers, colors)
        for _ in 0..<rounds / 2 { centers = ColorMeans.moved(centers, colors).centers }
        return swatches(centers, entries)
    }

    /// Merges centres that look alike, closest first, and drops tiny ones.
    private static func distinct(
        _ centers: [SIMD3<Float>], _ colors: [ColorMeans.Weighted]
    ) -> [SIMD3<Float>] {
        let weights = ColorMeans.moved(centers, colors).weights
        let total = Double(weights.reduce(0, +))
        var kept = centers.indices.filter { Double(weights[$0]) >= total * smallestShare }
        while kept.count > 1 {
            let pairs = kept.indices.flatMap { left in
                kept.indices.filter { $0 > left }.map { (left, $0) }
            }
            let nearest = pairs.min { first, second in
                gap(kept, first, centers) < gap(kept, second, centers)
            }
            guard let nearest, gap(kept, nearest, centers) < alike * alike else { break }
            let isLeftHeavier = weights[kept[nearest.0]] >= weights[kept[nearest.1]]
            kept.remove(at: isLeftHeavier ? nearest.1 : nearest.0)
        }
        return kept.map { centers[$0] }
    }

    private static func gap(
        _ kept: [Int], _ pair: (Int, Int), _ centers: [SIMD3<Float>]
    ) -> Float {
        ColorMeans.distance(centers[kept[pair.0]], centers[kept[pair.1]])
    }

    /// The bin that fills more than half of its cluster stands for it exactly, else the cluster's
    /// mean does.
    private static func swatches(
        _ centers: [SIMD3<Float>], _ entries: [Entry]
    ) -> [StyleAnalysis.PaletteColor] {
        var sums = [SIMD3<Int>](repeating: SIMD3(), count: centers.count)
        var counts = [Int](repeating: 0, count: centers.count)
        var heaviest = [SparseColorHistogram.Bin?](repeating: nil, count: centers.count)
        for entry in entries {
            let index = ColorMeans.nearest(entry.color.color, in: centers).index
            sums[index] &+= entry.bin.sum
            counts[index] += entry.bin.count
            if entry.bin.count > heaviest[index]?.count ?? 0 { heaviest[index] = entry.bin }
        }
        let total = Double(max(1, counts.reduce(0, +)))
        let colors = centers.indices.compactMap { index -> StyleAnalysis.PaletteColor? in
            guard counts[index] > 0, let top = heaviest[index] else { return nil }
            let mean = (sums[index] &+ counts[index] / 2) / counts[index]
            let color =
                top.count * 2 > counts[index] ? top.color : SIMD3<UInt8>(truncatingIfNeeded: mean)
            return StyleAnalysis.PaletteColor(
                hex: hex(color), share: StyleAnalysis.rounded(Double(counts[index]) / total))
        }
        return colors.sorted { ($1.share, $0.hex) < ($0.share, $1.hex) }
    }

    private static func hex(_ color: SIMD3<UInt8>) -> String {
        "#" + Hexadecimal.encode([color.x, color.y, color.z])
    }
}
