/// Finds square patches of the works that represent the ways in which the artist paints, by k-means
/// over simple descriptors.
enum RepresentativePatches {
    private struct Patch {
        let work: Int
        let x: Int
        let y: Int
        let descriptors: [Float]
    }

    /// The short side to which works are scaled, and the side of a patch there.
    private static let workSide = 120
    private static let patchSide = 24
    private static let descriptors = 13
    private static let rounds = 12
    private static let patches = 12_000

    /// Square patches, the commonest kind first; each has a fifth of its work's short side.
    ///
    /// - Parameters:
    ///   - count: The most patches; there are fewer where the works have fewer kinds.
    ///   - works: The number of works.
    ///   - canvas: Gives the pixels of a work, at least once and at most `count + 1` times.
    static func find(
        count: Int, works: Int, canvas: (Int) throws(StyleError) -> Canvas
    ) throws(StyleError) -> [Canvas] {
        var found: [Patch] = []
        let step = max(patchSide / 2, workSide * workSide * works / patches / patchSide)
        for work in 0..<works { found += patches(of: try canvas(work), work: work, step: step) }
        let groups = grouped(found, count: count)
        var chosen: [Canvas] = []
        for patch in picked(groups, found) {
            let whole = try canvas(patch.work)
            let short = min(whole.width, whole.height)
            let side = short * patchSide / workSide
            chosen.append(
                whole.cut(
                    x: min(whole.width - side, patch.x * short / workSide),
                    y: min(whole.height - side, patch.y * short / workSide), side: side))
        }
        return chosen
    }

    private static func patches(of canvas: Canvas, work: Int, step: Int) -> [Patch] {
        let short = min(canvas.width, canvas.height)
        let small = canvas.scaled(
            width: canvas.width * workSide / short, height: canvas.height * workSide / short
        ).features
        var result: [Patch] = []
        for y in stride(from: 0, through: small.height - patchSide, by: step) {
            for x in stride(from: 0, through: small.width - patchSide, by: step) {
                if let descriptors = descriptors(of: small, x: x, y: y) {
                    result.append(Patch(work: work, x: x, y: y, descriptors: descriptors))
                }
            }
        }
        return result
    }

    /// Nine lightnesses, two chromas, change across and down; nil where over a tenth is
    /// transparent.
    private static func descriptors(of small: Canvas, x: Int, y: Int) -> [Float]? {
        var sums = [Float](repeating: 0, count: descriptors)
        var painted = 0
        for row in 0..<patchSide {
            for column in 0..<patchSide {
                let at = (y + row) * small.width + x + column
                let pixel = SIMD4<Float>(small.pixels[at])
                if pixel.w > 200 { painted += 1 }
                sums[row / 8 * 3 + column / 8] += pixel.x / 64
                sums[9] += pixel.y / 192
                sums[10] += pixel.z / 192
                if column > 0 { sums[11] += abs(pixel.x - Float(small.pixels[at - 1].x)) / 64 }
                if row > 0 {
                    sums[12] += abs(pixel.x - Float(small.pixels[at - small.width].x)) / 64
                }
            }
        }
        return painted * 10 >= patchSide * patchSide * 9 ? sums : nil
    }

    /// Cluster centres, the largest cluster first.
    private static func grouped(_ found: [Patch], count: Int) -> [[Float]] {
        guard let first = found.first else { return [] }
        var centers = [first.descriptors]
        while centers.count < count {
            let distances = found.map { patch in
                centers.map { gap(patch.descriptors, $0) }.min() ?? 0
            }
            // The 90th percentile, as the furthest patch is an outlier.
            let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
            let next = order[order.count * 9 / 10]
            guard distances[next] > 0 else { break }
            centers.append(found[next].descriptors)
        }
        var sizes: [Int] = []
        for _ in 0..<rounds {
            var sums = [[Float]](
                repeating: [Float](repeating: 0, count: descriptors), count: centers.count)
            sizes = [Int](repeating: 0, count: centers.count)
            for patch in found {
                let group = nearest(patch.descriptors, centers)
                sizes[group] += 1
                for lane in 0..<descriptors { sums[group][lane] += patch.descriptors[lane] }
            }
            for group in centers.indices where sizes[group] > 0 {
                centers[group] = sums[group].map { $0 / Float(sizes[group]) }
            }
        }
        return centers.indices.filter { sizes[$0] > 0 }
            .sorted { (sizes[$1], $0) < (sizes[$0], $1) }.map { centers[$0] }
    }

    /// The patch nearest to each centre; works that gave one already count as further away.
    private static func picked(_ centers: [[Float]], _ found: [Patch]) -> [Patch] {
        var taken: [Int: Int] = [:]
        return centers.compactMap { center in
            let best = found.min { left, right in
                let first = gap(left.descriptors, center) * Float(1 + (taken[left.work] ?? 0))
                return first < gap(right.descriptors, center) * Float(1 + (taken[right.work] ?? 0))
            }
            if let best { taken[best.work, default: 0] += 1 }
            return best
        }
    }

    private static func nearest(_ descriptors: [Float], _ centers: [[Float]]) -> Int {
        let distances = centers.map { gap(descriptors, $0) }
        return distances.indices.min { distances[$0] < distances[$1] } ?? 0
    }

    private static func gap(_ left: [Float], _ right: [Float]) -> Float {
        var sum: Float = 0
        for lane in 0..<descriptors {
            // There are nine lanes of lightness and two of colour: those weigh more.
            let weight: Float = lane < 9 ? 1 : lane < 11 ? 6 : 0.05
            let difference = left[lane] - right[lane]
            sum += difference * difference * weight
        }
        return sum
    }
}
