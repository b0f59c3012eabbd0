/// A sketch in the artist's own colours: any box of crayons will do.
struct SketchGuide {
    /// How far around the nearest colour of the works a sketch colour is mixed, in feature units.
    private static let softness: Float = 10

    private let colors: [SIMD3<Float>]
    private let details: [Float]

    /// Learns which colours the works have, and how much detail goes with each.
    init(works: [Canvas]) {
        var histogram = ColorHistogram()
        var detailSums = [Int](repeating: 0, count: 32 * 32 * 32)
        var counts = [Int](repeating: 0, count: 32 * 32 * 32)
        for work in works {
            let guide = GuideMap.blurred(work)
            histogram.add(guide.withAlpha(of: work))
            for index in 0..<(guide.width * guide.height) where work.pixels[index].w >= 128 {
                let box = ColorHistogram.box(of: guide.pixels[index])
                detailSums[box] += Int(guide.pixels[index].w)
                counts[box] += 1
            }
        }
        let entries = histogram.entries(atLeastOneIn: 4_000)
        colors = entries.map(\.color)
        details = entries.map { entry in
            let box = ColorHistogram.box(
                of: SIMD4(UInt8(entry.color.x), UInt8(entry.color.y), UInt8(entry.color.z), 0))
            return counts[box] == 0 ? 0 : Float(detailSums[box]) / Float(counts[box])
        }
    }

    /// The guide of one level: softened colours, and the detail to expect of each.
    func guide(for sketch: Canvas) -> Canvas {
        let features = sketch.features
        let mapped = Canvas(width: sketch.width, height: sketch.height)
        var known: [UInt32: SIMD4<UInt8>] = [:]
        for index in 0..<(sketch.width * sketch.height) {
            let key = unsafeBitCast(
                features.pixels[index] & SIMD4(0xFE, 0xFE, 0xFE, 0x80), to: UInt32.self)
            if let value = known[key] {
                mapped.pixels[index] = value
            } else {
                let value = project(features.pixels[index])
                known[key] = value
                mapped.pixels[index] = value
            }
        }
        return GuideMap.boxBlurred(GuideMap.boxBlurred(mapped, radius: 1), radius: 1)
    }

    /// The mean of the works' colours, the nearest ones counting most.
    private func project(_ feature: SIMD4<UInt8>) -> SIMD4<UInt8> {
        guard feature.w >= 128 else { return SIMD4(128, 128, 128, GuideMap.clear) }
        let color = SIMD3(Float(feature.x), Float(feature.y), Float(feature.z))
        let distances = colors.map { entry -> Float in
            let difference = entry - color
            return (difference * difference).sum()
        }
        guard let nearest = distances.min() else { return feature }
        var sum = SIMD4<Float>()
        var total: Float = 0
        for (index, distance) in distances.enumerated() {
            let gap = (distance - nearest) / (2 * Self.softness * Self.softness)
            let fall = 1 / (1 + gap + gap * gap / 2 + gap * gap * gap / 6)
            let weight = fall * fall
            sum += SIMD4(colors[index], details[index]) * weight
            total += weight
        }
        return (sum / total).bytes()
    }
}
