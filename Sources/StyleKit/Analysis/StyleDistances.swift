/// The distances of one picture from a set of works, by each measure; 0 is no difference.
struct StyleDistances {
    enum Part: CaseIterable {
        case colors, light, lines, directions, texture, marks

        /// The weight of a part in the overall likeness: what tells artists apart counts more.
        var weight: Double {
            switch self {
            case .colors: 2.5
            case .texture, .lines, .marks: 2
            case .light: 1.5
            case .directions: 0.5
            }
        }

        /// The usual distance between works by one artist, measured over several artists.
        var typical: Double {
            switch self {
            case .colors: 12
            case .light: 2
            case .lines: 1
            case .directions: 0.2
            case .texture: 0.4
            case .marks: 0.55
            }
        }
    }

    private var values: [Part: Double] = [:]

    subscript(part: Part) -> Double { values[part] ?? 0 }

    /// - Parameter marks: The mean distance of the picture's descriptors to the nearest of the
    ///   works.
    init(of picture: WorkMeasures, from works: WorkMeasures, marks: Double) {
        values[.colors] = StyleDistances.colors(picture.colors, works.colors)
        values[.light] = StyleDistances.earthMoverDistance(picture.lightness, works.lightness)
        values[.lines] = StyleDistances.earthMoverDistance(picture.strokes, works.strokes)
        values[.directions] = StyleDistances.circularDistance(picture.edges, works.edges)
        values[.texture] = StyleDistances.texture(picture, works)
        values[.marks] = marks
    }

    /// The mean distance of descriptors to the nearest of another set, averaged over both
    /// directions.
    ///
    /// - Parameter left: The work whose descriptors they are, if the other set holds it too.
    static func marks(
        of patches: TextureDescriptors, from others: TextureDescriptors, leavingOut left: Int?,
        atMost limit: Int
    ) -> Double {
        let rest = left.map { others.without($0) } ?? others
        let forward = patches.thinned(to: limit).meanDistance(to: rest)
        let backward = rest.thinned(to: limit).meanDistance(to: patches)
        return (forward + backward) / 2
    }

    /// The earth mover's distance of two histograms, in bins.
    private static func earthMoverDistance(_ left: [Int], _ right: [Int]) -> Double {
        var carried = 0.0
        return zip(StyleAnalysis.shares(left), StyleAnalysis.shares(right)).reduce(0) { sum, pair in
            carried += pair.0 - pair.1
            return sum + abs(carried)
        }
    }

    /// Half the L1 distance of two circular histograms, blurred so that a step of one bin (15°)
    /// counts half.
    private static func circularDistance(_ left: [Int], _ right: [Int]) -> Double {
        func smoothed(_ counts: [Int]) -> [Double] {
            let shares = StyleAnalysis.shares(counts)
            return shares.indices.map { index in
                let before = shares[(index + shares.count - 1) % shares.count]
                let after = shares[(index + 1) % shares.count]
                return shares[index] / 2 + (before + after) / 4
            }
        }
        return zip(smoothed(left), smoothed(right)).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    }

    /// The mean over scales of the absolute binary logarithm of the ratio of energies.
    private static func texture(_ left: WorkMeasures, _ right: WorkMeasures) -> Double {
        let floor = 0.15
        let ratios = zip(left.texture, right.texture).map { mine, theirs in
            let first = Double(mine) / Double(max(1, left.area)) + floor
            let second = Double(theirs) / Double(max(1, right.area)) + floor
            return binaryLogarithm(max(first, second) / min(first, second))
        }
        return ratios.reduce(0, +) / Double(max(1, ratios.count))
    }

    /// The binary logarithm of a number from 1, with an error below 0.01, bit for bit the same on
    /// every machine.
    private static func binaryLogarithm(_ ratio: Double) -> Double {
        var rest = ratio
        var whole = 0.0
        while rest >= 2 {
            rest /= 2
            whole += 1
        }
        // Between powers of two: within 0.01 of the logarithm.
        let part = rest - 1
        return whole + part * (1.346_55 - part * (0.346_55))
    }

    /// The mean distance of the picture's colours to the nearest of the works, and, at less weight,
    /// the other way.
    private static func colors(_ picture: SparseColorHistogram, _ works: SparseColorHistogram)
        -> Double
    {
        let forward = meanNearestDistance(from: picture, to: works)
        let backward = meanNearestDistance(from: works, to: picture)
        return forward * 0.7 + backward * 0.3
    }

    private static func meanNearestDistance(from: SparseColorHistogram, to: SparseColorHistogram)
        -> Double
    {
        let total = to.total
        let targets = to.bins.filter { $0.count * 4_000 >= total }.map(lab)
        let weight = from.total
        guard !targets.isEmpty, weight > 0 else { return 0 }
        let sum = from.bins.reduce(0.0) { sum, bin in
            let own = lab(bin)
            var best = Float.infinity
            for target in targets {
                let gap = own - target
                best = min(best, (gap * gap).sum())
            }
            return sum + Double(best.squareRoot()) * Double(bin.count)
        }
        return sum / Double(weight)
    }

    private static func lab(_ bin: SparseColorHistogram.Bin) -> SIMD3<Float> {
        let color = bin.color
        return SIMD3<Float>(
            Feature.encode(OKLab(red: color.x, green: color.y, blue: color.z)))
    }
}
