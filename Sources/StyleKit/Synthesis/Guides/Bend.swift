/// A smooth random displacement: what is painted after a picture or a sketch departs from its
/// geometry, and each seed in its own way.
///
/// A coarse grid of random offsets, interpolated by cubic splines, so that nothing folds over and
/// no line gets a kink.
struct Bend {
    private static let columns = 5
    private static let rows = 4
    /// Vertical offsets are smaller: a bent horizon shows sooner than a moved tree.
    private static let verticalPart: Float = 0.7

    /// `[rows, columns]`: offsets in parts of the short side.
    private let offsets: [SIMD2<Float>]
    /// Whether the displacement is periodic, for tiles.
    private let wraps: Bool

    /// - Parameters:
    ///   - strength: The standard deviation of the offsets, in parts of the short side.
    ///   - wraps: Whether the displacement is periodic, for tiles.
    init(strength: Float, wraps: Bool, random: CounterRandom) {
        self.wraps = wraps
        offsets = (0..<(Self.rows * Self.columns)).map { node in
            SIMD2(
                Self.normal(random, node, 0), Self.normal(random, node, 1) * Self.verticalPart)
                * strength
        }
    }

    /// A number of about a normal distribution, at most twice its standard deviation: the sum of
    /// twelve uniform ones.
    private static func normal(_ random: CounterRandom, _ node: Int, _ axis: Int) -> Float {
        let sum = (0..<12).reduce(0) { sum, part in
            sum + random.below(4_096, .bend, node, axis * 12 + part)
        }
        return min(2, max(-2, Float(sum - 6 * 4_095) / 4_096))
    }

    /// The offset at a place, in parts of the short side.
    ///
    /// - Parameters:
    ///   - across: 0 at the left edge, 1 at the right one.
    ///   - down: 0 at the upper edge, 1 at the lower one.
    func offset(across: Float, down: Float) -> SIMD2<Float> {
        let column = across * Float(Self.columns) - 0.5
        let row = down * Float(Self.rows) - 0.5
        let left = column.rounded(.down)
        let top = row.rounded(.down)
        let columnWeights = Self.weights(column - left)
        let rowWeights = Self.weights(row - top)
        var sum = SIMD2<Float>()
        for y in 0..<4 {
            let line = index(Int(top) - 1 + y, Self.rows) * Self.columns
            var inLine = SIMD2<Float>()
            for x in 0..<4 {
                inLine += offsets[line + index(Int(left) - 1 + x, Self.columns)] * columnWeights[x]
            }
            sum += inLine * rowWeights[y]
        }
        return sum
    }

    private func index(_ node: Int, _ count: Int) -> Int {
        wraps ? (node % count + count) % count : min(max(node, 0), count - 1)
    }

    /// The weights of a Catmull-Rom spline for the four nodes around a place.
    private static func weights(_ part: Float) -> SIMD4<Float> {
        let square = part * part
        let cube = square * part
        return SIMD4(
            -0.5 * part + square - 0.5 * cube, 1 - 2.5 * square + 1.5 * cube,
            0.5 * part + 2 * square - 1.5 * cube, -0.5 * square + 0.5 * cube)
    }
}

/// Where each pixel of a picture lies in the one that it is made after: scaled to cover it, and
/// bent.
struct BentView {
    /// The size of what is looked at.
    let source: PyramidPlan.Size
    /// The size of the picture.
    let target: PyramidPlan.Size
    private let bend: Bend?
    private let scale: SIMD2<Float>
    private let short: Float
    private let wraps: Bool

    /// A view that covers the target, its middle in the middle.
    ///
    /// - Parameter margin: The part of the source's side that is kept out of sight at each edge, so
    ///   that a bend finds pixels there.
    init(
        covering target: PyramidPlan.Size, of source: PyramidPlan.Size, margin: Float, bend: Bend?
    ) {
        self.source = source
        self.target = target
        self.bend = bend
        let part = 1 - 2 * margin
        let across = Float(source.width) * part / Float(target.width)
        let down = Float(source.height) * part / Float(target.height)
        scale = SIMD2(repeating: min(across, down))
        short = Float(min(source.width, source.height))
        wraps = false
    }

    /// A view of a picture of the target's own size.
    init(of size: PyramidPlan.Size, wraps: Bool, bend: Bend?) {
        source = size
        target = size
        self.bend = bend
        scale = SIMD2(repeating: 1)
        short = Float(min(size.width, size.height))
        self.wraps = wraps
    }

    /// Where the middle of a pixel lies in the source; whole numbers are middles of pixels.
    func place(x: Int, y: Int) -> SIMD2<Float> {
        let middle = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
        let size = SIMD2(Float(target.width), Float(target.height))
        let sourceSize = SIMD2(Float(source.width), Float(source.height))
        var place = sourceSize / 2 + (middle - size / 2) * scale
        if let bend {
            let part = middle / size
            place += bend.offset(across: part.x, down: part.y) * short
        }
        return place - 0.5
    }

    /// The pixels of the picture, by linear interpolation.
    func pixels(of canvas: Canvas, executor: RowParallelExecutor) -> Canvas {
        let result = Canvas(width: target.width, height: target.height)
        executor.run(rows: target.height) { rows in
            for y in rows {
                for x in 0..<target.width {
                    result.pixels[y * target.width + x] = sample(canvas, at: place(x: x, y: y))
                }
            }
        }
        return result
    }

    private func sample(_ canvas: Canvas, at place: SIMD2<Float>) -> SIMD4<UInt8> {
        let left = place.x.rounded(.down)
        let top = place.y.rounded(.down)
        let columns = (inside(Int(left), canvas.width), inside(Int(left) + 1, canvas.width))
        let rows = (inside(Int(top), canvas.height), inside(Int(top) + 1, canvas.height))
        let upper = canvas.pixels + rows.0 * canvas.width
        let lower = canvas.pixels + rows.1 * canvas.width
        let across = place.x - left
        let first = mixed(upper[columns.0], upper[columns.1], across)
        let second = mixed(lower[columns.0], lower[columns.1], across)
        return (first + (second - first) * (place.y - top)).bytes()
    }

    private func mixed(
        _ first: SIMD4<UInt8>, _ second: SIMD4<UInt8>, _ part: Float
    ) -> SIMD4<Float> {
        let start = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: first))
        let end = SIMD4<Float>(SIMD4<Int32>(truncatingIfNeeded: second))
        return start + (end - start) * part
    }

    /// An index within a length: beyond an edge pixels are mirrored, in a tile repeated.
    private func inside(_ index: Int, _ count: Int) -> Int {
        guard index < 0 || index >= count else { return index }
        if wraps { return (index % count + count) % count }
        let mirrored = index < 0 ? -1 - index : 2 * count - 1 - index
        return min(max(mirrored, 0), count - 1)
    }
}
