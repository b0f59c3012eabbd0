/// A sketch in the artist's own colours: any box of crayons will do.
struct SketchGuide {
    /// How far around the nearest colour of the works a sketch colour is mixed, in feature units.
    private static let softness: Float = 6
    /// The works are learned in this many bands, from the top down.
    private static let bands = 3
    /// What a colour from the next band is further away, in squared feature units: so a green low
    /// in a sketch becomes grass before it becomes a green sky.
    private static let bandDistance: Float = 225

    /// How much further away a colour of the works may be taken to be, by lot, in squared feature
    /// units: so seeds choose among the colours, and so the marks, that come about as near.
    private static let whim = 400
    /// Colours in one box of this side, in feature units, share their lot.
    private static let whimBox: Float = 16

    /// How much more detail is asked for than is usual: what fits best is always calmer, and the
    /// works' lines, which a flat area does not ask for, are much of their detail.
    private static let liveliness: Float = 15

    /// What a colour half as common as the most common one is further away, in squared feature
    /// units, for works of one colour; those of more share it out. Works of many colours hardly
    /// feel it: there a sketch's colour says what the artist would take. Works of few, such as ink
    /// on paper, have no colour for most of a sketch: it becomes the paper unless the ink is far
    /// nearer, and lines tell the areas apart.
    private static let rarity: Float = 2_000

    private struct Entry {
        let color: SIMD3<Float>
        let count: Int
        let detail: Float
        let band: Int
        /// What it is further away than it lies, in squared feature units.
        var distance: Float
    }

    private let entries: [Entry]
    private let usesHeight: Bool

    /// Learns which colours the works have at which height, and how much detail goes with each.
    ///
    /// - Parameters:
    ///   - usesHeight: Whether up and down mean anything in the picture.
    ///   - seed: Chooses among the colours that come about as near to one of the sketch.
    init(works: [Canvas], usesHeight: Bool, seed: UInt64, bands: RowParallelExecutor) {
        self.usesHeight = usesHeight
        let random = CounterRandom(seed: seed)
        let guides = works.map { GuideMap.guide($0, areaRadius: 2, bands: bands) }
        var entries: [Entry] = []
        for band in 0..<Self.bands {
            var histogram = ColorHistogram()
            var details = [Int](repeating: 0, count: 32 * 32 * 32)
            var counts = [Int](repeating: 0, count: 32 * 32 * 32)
            for (work, guide) in zip(works, guides) {
                let start = band * work.height / Self.bands
                let rows = start..<((band + 1) * work.height / Self.bands)
                histogram.add(guide.withAlpha(of: work).rows(rows))
                for index in (rows.lowerBound * work.width)..<(rows.upperBound * work.width)
                where work.pixels[index].w >= 128 {
                    let box = ColorHistogram.box(of: guide.pixels[index])
                    details[box] += Int(guide.pixels[index].w)
                    counts[box] += 1
                }
            }
            for entry in histogram.entries(atLeastOneIn: 4_000) {
                let box = ColorHistogram.box(
                    of: SIMD4(UInt8(entry.color.x), UInt8(entry.color.y), UInt8(entry.color.z), 0))
                let usual = counts[box] == 0 ? 0 : Float(details[box]) / Float(counts[box])
                let detail = min(usual + Self.liveliness, Float(GuideMap.clear - 1))
                let place = entry.color / Self.whimBox
                let whim = random.below(
                    Self.whim, Int(place.x), Int(place.y), Int(place.z))
                entries.append(
                    Entry(
                        color: entry.color, count: entry.count, detail: detail, band: band,
                        distance: Float(whim)))
            }
        }
        let counts = entries.map(\.count)
        let weight = Self.rarity / Self.colors(counts)
        let most = Float(counts.max() ?? 1)
        for index in entries.indices {
            entries[index].distance += weight * Self.halvings(Float(counts[index]) / most)
        }
        self.entries = entries
    }

    /// How many colours a band has, each counting as much as it is used: the inverse of the chance
    /// that two pixels are alike (Simpson's index).
    private static func colors(_ counts: [Int]) -> Float {
        let total = Float(counts.reduce(0, +))
        let alike = counts.reduce(into: Float(0)) { $0 += Float($1) * Float($1) }
        return total * total / max(1, alike) / Float(Self.bands)
    }

    /// How often one was halved to give `part`; between, on a straight line.
    private static func halvings(_ part: Float) -> Float {
        1 - Float(part.exponent) - part.significand
    }

    /// The guide of one level: the works' colours, the detail to expect of each, and the sketch's
    /// own lines.
    ///
    /// - Parameter areaRadius: As for the works: ``GuideMap/addLines(of:areaRadius:to:bands:)``.
    func guide(for sketch: Canvas, areaRadius: Int, bands: RowParallelExecutor) -> Canvas {
        let features = sketch.features(bands)
        let guide = Canvas(width: sketch.width, height: sketch.height)
        var known = [[UInt32: SIMD4<Float>]](repeating: [:], count: Self.bands)
        for y in 0..<sketch.height {
            // What was not guided when it was stopped is not drawn either.
            if y % RowParallelExecutor.rows == 0, bands.isStopped { break }
            // The two bands nearest to a row, and how far it is on the way to the second.
            let height = (Float(y) + 0.5) / Float(sketch.height) * Float(Self.bands) - 0.5
            let clamped = min(max(height, 0), Float(Self.bands - 1))
            let upper = usesHeight ? min(Int(clamped), Self.bands - 2) : 0
            let part = usesHeight ? clamped - Float(upper) : 0
            var last = SIMD4<UInt8>()
            var color = SIMD4<UInt8>()
            for x in 0..<sketch.width {
                let feature = features.pixels[y * sketch.width + x]
                guard feature.w >= 128 else { continue }
                if feature != last {
                    last = feature
                    let first = projected(feature, band: upper, &known)
                    let second = part > 0 ? projected(feature, band: upper + 1, &known) : first
                    color = (first * (1 - part) + second * part).bytes()
                }
                guide.pixels[y * sketch.width + x] = color
            }
        }
        GuideMap.addLines(of: features, areaRadius: areaRadius, to: guide, bands: bands)
        return guide
    }

    private func projected(
        _ feature: SIMD4<UInt8>, band: Int, _ known: inout [[UInt32: SIMD4<Float>]]
    ) -> SIMD4<Float> {
        let key = unsafeBitCast(feature & SIMD4(0xFE, 0xFE, 0xFE, 0), to: UInt32.self)
        if let value = known[band][key] { return value }
        let value = project(feature, band: band)
        known[band][key] = value
        return value
    }

    /// The mean of the works' colours, the nearest ones counting most.
    private func project(_ feature: SIMD4<UInt8>, band: Int) -> SIMD4<Float> {
        let color = SIMD3(Float(feature.x), Float(feature.y), Float(feature.z))
        let distances = entries.map { entry -> Float in
            let difference = entry.color - color
            let bands = usesHeight ? Float((entry.band - band) * (entry.band - band)) : 0
            return (difference * difference).sum() + bands * Self.bandDistance + entry.distance
        }
        guard let nearest = distances.min() else { return SIMD4(color, 0) }
        var sum = SIMD4<Float>()
        var total: Float = 0
        for (entry, distance) in zip(entries, distances) {
            let gap = (distance - nearest) / (2 * Self.softness * Self.softness)
            let fall = 1 / (1 + gap + gap * gap / 2 + gap * gap * gap / 6)
            let weight = fall * fall
            sum += SIMD4(entry.color, entry.detail) * weight
            total += weight
        }
        return sum / total
    }
}
