/// Brings the light of two works towards each other where calm areas of both meet, such as skies:
/// half of their difference on either side, less the further from the cut, and less in what has
/// another colour.
///
/// Nothing else changes its colours: light moved from one work to the whole of another was hardly
/// ever worth keeping.
struct SeamTone {
    /// The distance from a cut at which the change ends, as a part of the short side.
    private static let reach: Float = 0.4
    /// The difference of colours, in feature units, at which the change is a quarter.
    private static let likeness: Float = 24
    /// The importance from which nothing is calm.
    private static let calm: Float = 1.2
    /// The most that a lane changes: what a patch may be shifted by.
    private static let most: Float = 15

    /// The size of the coarsest level, at which changes are known.
    let size: PyramidPlan.Size
    /// By layer `[height, width]`.
    private let changes: [[SIMD4<Float>]]

    /// Where two layers touch: the pixels of both works, and how much less the first one has.
    private struct Contact {
        let x: Int
        let y: Int
        let layers: SIMD2<Int>
        let colors: (SIMD4<Float>, SIMD4<Float>)
        let weight: Float

        var gap: SIMD4<Float> { colors.1 - colors.0 }
    }

    /// - Parameter layers: Works at the coarsest level, and the pixel of each that the picture's
    ///   first pixel has.
    init(_ layers: [(work: ComposedWork, x: Int, y: Int)], cut: CompositionCut) {
        size = cut.size
        let (width, height) = (size.width, size.height)
        func index(_ number: Int, _ x: Int, _ y: Int) -> Int {
            let layer = layers[number]
            return min(max(y + layer.y, 0), layer.work.height - 1) * layer.work.width
                + min(max(x + layer.x, 0), layer.work.width - 1)
        }
        var contacts: [Contact] = []
        for y in 0..<height {
            for x in 0..<width {
                let own = Int(cut.labels[y * width + x])
                for (column, row) in [(x + 1, y), (x, y + 1)] where column < width && row < height {
                    let other = Int(cut.labels[row * width + column])
                    guard other != own else { continue }
                    let (first, second) = (index(own, x, y), index(other, column, row))
                    let (one, two) = (layers[own].work, layers[other].work)
                    let isSky = one.isSky[first] && two.isSky[second]
                    let drawn = max(one.importance[first], two.importance[second])
                    let weight = isSky ? 1 : max(0, 1 - drawn / Self.calm)
                    guard weight > 0 else { continue }
                    contacts.append(
                        Contact(
                            x: x, y: y, layers: SIMD2(own, other),
                            colors: (one.colors[first], two.colors[second]), weight: weight))
                }
            }
        }
        let short = Float(min(width, height))
        changes = layers.indices.map { number in
            let work = layers[number].work
            let own = contacts.filter { $0.layers.x == number || $0.layers.y == number }
            let values = (0..<(width * height)).map { at in
                let (x, y) = (at % width, at / width)
                return Self.change(
                    of: work.colors[index(number, x, y)], x: x, y: y, layer: number, own,
                    short: short)
            }
            return Self.smoothed(values, width: width, height: height)
        }
    }

    /// By how much a colour of a layer changes at a place.
    private static func change(
        of color: SIMD4<Float>, x: Int, y: Int, layer: Int, _ contacts: [Contact], short: Float
    ) -> SIMD4<Float> {
        var sum = SIMD4<Float>()
        var total: Float = 0
        var strongest: Float = 0
        for contact in contacts {
            let isFirst = contact.layers.x == layer
            let (dx, dy) = (Float(contact.x - x), Float(contact.y - y))
            let distance = (dx * dx + dy * dy).squareRoot() / (short * reach)
            guard distance < 1 else { continue }
            let away = color - (isFirst ? contact.colors.0 : contact.colors.1)
            let unlike = (away * away).sum() / (likeness * likeness)
            let fall = (1 - distance) * (1 - distance) * (1 + 2 * distance)
            let part = fall * contact.weight / ((1 + unlike) * (1 + unlike))
            sum += contact.gap * (isFirst ? 0.5 : -0.5) * (part * part)
            total += part * part
            strongest = max(strongest, part)
        }
        guard total > 1e-6 else { return SIMD4() }
        var change = sum / total * min(1, strongest)
        change.w = 0
        return change.clamped(
            lowerBound: SIMD4(repeating: -most), upperBound: SIMD4(repeating: most))
    }

    /// By how much a layer changes at a pixel of a level, in feature units.
    func change(_ layer: Int, x: Int, y: Int, in level: PyramidPlan.Size) -> SIMD4<Float> {
        let across = min(
            max((Float(x) + 0.5) * Float(size.width) / Float(level.width) - 0.5, 0),
            Float(size.width - 1))
        let down = min(
            max((Float(y) + 0.5) * Float(size.height) / Float(level.height) - 0.5, 0),
            Float(size.height - 1))
        let (left, top) = (Int(across), Int(down))
        let (right, bottom) = (min(left + 1, size.width - 1), min(top + 1, size.height - 1))
        let values = changes[layer]
        let upper = Self.mixed(
            values[top * size.width + left], values[top * size.width + right],
            across - Float(left))
        let lower = Self.mixed(
            values[bottom * size.width + left], values[bottom * size.width + right],
            across - Float(left))
        return Self.mixed(upper, lower, down - Float(top))
    }

    private static func mixed(
        _ first: SIMD4<Float>, _ second: SIMD4<Float>, _ part: Float
    ) -> SIMD4<Float> { first + (second - first) * part }

    /// The means over 3 × 3 pixels: a change ends softly at the edge of a sky.
    private static func smoothed(
        _ values: [SIMD4<Float>], width: Int, height: Int
    ) -> [SIMD4<Float>] {
        var result = values
        for y in 0..<height {
            for x in 0..<width {
                var sum = SIMD4<Float>()
                for dy in -1...1 {
                    let row = min(max(y + dy, 0), height - 1) * width
                    for dx in -1...1 { sum += values[row + min(max(x + dx, 0), width - 1)] }
                }
                result[y * width + x] = sum / 9
            }
        }
        return result
    }
}
