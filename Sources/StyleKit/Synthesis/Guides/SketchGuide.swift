/// The guide of a sketch: its colours mapped to colours that the works have, so that any colours
/// serve for a sketch, and the detail that such colours have in the works.
struct SketchGuide {
    /// The width, in feature units, of the kernel that mixes the works' colours nearest to one of
    /// the sketch.
    private static let bandwidth: Float = 6
    /// The colours of the works are counted in this many bands, from the top down.
    private static let heightBands = 3
    /// The squared feature units by which a colour of the next band is further away: a green low in
    /// a sketch becomes grass before it becomes a green sky.
    private static let bandDistance: Float = 225

    /// The most squared feature units by which a colour of the works is made further away at
    /// random: seeds choose among the colours, and so the patches, that are about as near (decision
    /// 25).
    private static let jitter = 400
    /// Colours in one cube of this side, in feature units, share their random distance.
    private static let jitterCell: Float = 16

    /// How much more detail is asked for than such colours have on average: the best match is
    /// always calmer than average, and the works' lines, which a flat area does not ask for, are
    /// much of their detail.
    private static let detailBoost: Float = 15

    /// The squared feature units by which a colour half as common as the commonest is further away,
    /// for works of one colour; for more it is divided by their effective number.
    ///
    /// Works of many colours hardly feel it: there a sketch's colour says what the artist would
    /// take. Works of few, such as ink on paper, have no colour for most of a sketch: it becomes
    /// paper unless the ink is far nearer, and lines tell the areas apart (decision 27).
    private static let rarityPenalty: Float = 2_000

    private struct Entry {
        let color: SIMD3<Float>
        let count: Int
        let detail: Float
        let band: Int
        /// The squared feature units by which it is further away than it is: jitter and rarity.
        var distance: Float
    }

    /// The effective number of colours that the works have at one height: about one for ink on
    /// paper.
    let colorCount: Float
    private let entries: [Entry]
    private let usesHeight: Bool

    /// Counts which colours the works have at which height, and the detail that goes with each.
    ///
    /// - Parameters:
    ///   - works: The features of each work at a small size.
    ///   - usesHeight: Whether up and down have a meaning in the picture; not in a tile.
    ///   - seed: Chooses among the colours that are about as near to one of the sketch.
    init(works: [Canvas], usesHeight: Bool, seed: UInt64, executor: RowParallelExecutor) {
        self.usesHeight = usesHeight
        let random = CounterRandom(seed: seed)
        let guides = works.map { GuideMap.guide($0, areaRadius: 2, executor: executor) }
        var entries: [Entry] = []
        for band in 0..<Self.heightBands {
            var histogram = ColorHistogram()
            var details = [Int](repeating: 0, count: 32 * 32 * 32)
            var counts = [Int](repeating: 0, count: 32 * 32 * 32)
            for (work, guide) in zip(works, guides) {
                let start = band * work.height / Self.heightBands
                let rows = start..<((band + 1) * work.height / Self.heightBands)
                histogram.add(guide.withAlpha(of: work).rows(rows))
                for index in (rows.lowerBound * work.width)..<(rows.upperBound * work.width)
                where work.pixels[index].w >= 128 {
                    let bin = ColorHistogram.bin(of: guide.pixels[index])
                    details[bin] += Int(guide.pixels[index].w)
                    counts[bin] += 1
                }
            }
            for entry in histogram.entries(atLeastOneIn: 4_000) {
                let bin = ColorHistogram.bin(
                    of: SIMD4(UInt8(entry.color.x), UInt8(entry.color.y), UInt8(entry.color.z), 0))
                let mean = counts[bin] == 0 ? 0 : Float(details[bin]) / Float(counts[bin])
                let detail = min(mean + Self.detailBoost, Float(GuideMap.transparentDetail - 1))
                let cell = entry.color / Self.jitterCell
                let jitter = random.below(Self.jitter, at: SIMD3<Int>(cell))
                entries.append(
                    Entry(
                        color: entry.color, count: entry.count, detail: detail, band: band,
                        distance: Float(jitter)))
            }
        }
        let counts = entries.map(\.count)
        colorCount = Self.effectiveColorCount(counts)
        let weight = Self.rarityPenalty / colorCount
        let most = Float(counts.max() ?? 1)
        for index in entries.indices {
            entries[index].distance += weight * Self.negativeLog2(Float(counts[index]) / most)
        }
        self.entries = entries
    }

    /// The effective number of colours in a band: the inverse Simpson index.
    private static func effectiveColorCount(_ counts: [Int]) -> Float {
        let total = Float(counts.reduce(0, +))
        let alike = counts.reduce(into: Float(0)) { $0 += Float($1) * Float($1) }
        return total * total / max(1, alike) / Float(Self.heightBands)
    }

    /// The negative binary logarithm of a number up to 1, linear between powers of two.
    private static func negativeLog2(_ part: Float) -> Float {
        1 - Float(part.exponent) - part.significand
    }

    /// The guide of one level: colours of the works, the detail to expect of each, and the sketch's
    /// own lines.
    ///
    /// - Parameters:
    ///   - features: Of the sketch, in the level's size.
    ///   - areaRadius: As for ``GuideMap/addLines(of:areaRadius:to:executor:)``.
    func guide(for features: Canvas, areaRadius: Int, executor: RowParallelExecutor) -> Canvas {
        let (width, height) = (features.width, features.height)
        let guide = Canvas(width: width, height: height)
        var cache = [[UInt32: SIMD4<Float>]](repeating: [:], count: Self.heightBands)
        for y in 0..<height {
            // What was not guided when it was stopped is not drawn either.
            if y % RowParallelExecutor.rowsPerBand == 0, executor.isCancelled { break }
            // The two bands nearest to a row, and how far it is on the way to the second.
            let place = (Float(y) + 0.5) / Float(height) * Float(Self.heightBands) - 0.5
            let clamped = min(max(place, 0), Float(Self.heightBands - 1))
            let upper = usesHeight ? min(Int(clamped), Self.heightBands - 2) : 0
            let part = usesHeight ? clamped - Float(upper) : 0
            var last = SIMD4<UInt8>()
            var color = SIMD4<UInt8>()
            for x in 0..<width {
                let feature = features.pixels[y * width + x]
                guard feature.w >= 128 else { continue }
                if feature != last {
                    last = feature
                    let first = projected(feature, band: upper, &cache)
                    let second = part > 0 ? projected(feature, band: upper + 1, &cache) : first
                    color = (first * (1 - part) + second * part).bytes()
                }
                guide.pixels[y * width + x] = color
            }
        }
        GuideMap.addLines(of: features, areaRadius: areaRadius, to: guide, executor: executor)
        return guide
    }

    private func projected(
        _ feature: SIMD4<UInt8>, band: Int, _ cache: inout [[UInt32: SIMD4<Float>]]
    ) -> SIMD4<Float> {
        let key = unsafeBitCast(feature & SIMD4(0xFE, 0xFE, 0xFE, 0), to: UInt32.self)
        if let value = cache[band][key] { return value }
        let value = project(feature, band: band)
        cache[band][key] = value
        return value
    }

    /// The mean of the works' colours, weighted by their distance; the exponential is a series of
    /// four terms, the same on every machine.
    private func project(_ feature: SIMD4<UInt8>, band: Int) -> SIMD4<Float> {
        let color = SIMD3(Float(feature.x), Float(feature.y), Float(feature.z))
        let distances = entries.map { entry -> Float in
            let difference = entry.color - color
            let bandGap = usesHeight ? Float((entry.band - band) * (entry.band - band)) : 0
            return (difference * difference).sum() + bandGap * Self.bandDistance + entry.distance
        }
        guard let nearest = distances.min() else { return SIMD4(color, 0) }
        var sum = SIMD4<Float>()
        var total: Float = 0
        for (entry, distance) in zip(entries, distances) {
            let gap = (distance - nearest) / (2 * Self.bandwidth * Self.bandwidth)
            let fall = 1 / (1 + gap + gap * gap / 2 + gap * gap * gap / 6)
            let weight = fall * fall
            sum += SIMD4(entry.color, entry.detail) * weight
            total += weight
        }
        return sum / total
    }
}
