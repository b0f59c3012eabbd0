/// An opaque canvas for anti-aliased drawing.
struct Sheet {
    typealias Ink = SIMD3<Float>

    let width: Int
    let height: Int
    private var pixels: [Ink]

    init(width: Int, height: Int, paper: Ink) {
        self.width = width
        self.height = height
        pixels = [Ink](repeating: paper, count: width * height)
    }

    /// A colour such as 0x2A2724, RGB.
    static func ink(_ code: Int) -> Ink {
        Ink(Float(code >> 16 & 255), Float(code >> 8 & 255), Float(code & 255))
    }

    var picture: Picture {
        let bytes = [UInt8](unsafeUninitializedCapacity: pixels.count * 4) { target, used in
            for (index, pixel) in pixels.enumerated() {
                let value = SIMD4(pixel, 255).bytes()
                for lane in 0..<4 { target[index * 4 + lane] = value[lane] }
            }
            used = pixels.count * 4
        }
        return Picture(checkedWidth: width, height: height, pixels: bytes)
    }

    /// Fills a rectangle with rounded corners.
    mutating func fill(_ box: SheetBox, radius: Float = 0, _ ink: Ink) {
        cover(box) { x, y in
            box.coverage(x: x, y: y, radius: radius)
        } with: { _, _ in
            ink
        }
    }

    /// Composites a picture over a rectangle of its size, with rounded corners.
    mutating func lay(_ canvas: Canvas, over box: SheetBox, radius: Float) {
        let left = Int(box.left)
        let top = Int(box.top)
        cover(box) { x, y in
            box.coverage(x: x, y: y, radius: radius)
        } with: { x, y in
            let column = min(max(x - left, 0), canvas.width - 1)
            let row = min(max(y - top, 0), canvas.height - 1)
            let pixel = SIMD4<Float>(canvas.pixels[row * canvas.width + column])
            return Ink(pixel.x, pixel.y, pixel.z) + (255 - pixel.w)
        }
    }

    /// Draws polylines; where they cross they get no darker.
    mutating func stroke(_ strokes: [[SIMD2<Float>]], width penWidth: Float, _ ink: Ink) {
        var covered: [(Int, Float)] = []
        Pen(strokes: strokes, width: penWidth).cover(width: width, height: height) { x, y, part in
            covered.append((y * width + x, part))
        }
        for (index, part) in covered { pixels[index] += (ink - pixels[index]) * part }
    }

    private mutating func cover(
        _ box: SheetBox, _ coverage: (Int, Int) -> Float, with ink: (Int, Int) -> Ink
    ) {
        let rows = max(0, Int(box.top.rounded(.down)))..<min(height, Int(box.bottom) + 1)
        let columns = max(0, Int(box.left.rounded(.down)))..<min(width, Int(box.right) + 1)
        guard !rows.isEmpty, !columns.isEmpty else { return }
        for y in rows {
            for x in columns {
                let part = coverage(x, y)
                guard part > 0 else { continue }
                let below = pixels[y * width + x]
                pixels[y * width + x] = below + (ink(x, y) - below) * part
            }
        }
    }
}

/// A rectangle on a sheet, in pixels from the upper left corner.
struct SheetBox {
    var left: Float
    var top: Float
    var right: Float
    var bottom: Float

    var width: Float { right - left }
    var height: Float { bottom - top }

    func inset(by rim: Float) -> SheetBox {
        SheetBox(left: left + rim, top: top + rim, right: right - rim, bottom: bottom - rim)
    }

    /// How much of a pixel is inside, 0 to 1.
    func coverage(x: Int, y: Int, radius: Float) -> Float {
        let middle = SIMD2((left + right) / 2, (top + bottom) / 2)
        let half = SIMD2(width / 2 - radius, height / 2 - radius)
        let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - middle
        let away = SIMD2(abs(place.x), abs(place.y)) - half
        let outside = pointwiseMax(away, SIMD2())
        let gap = (outside * outside).sum().squareRoot() + min(0, max(away.x, away.y)) - radius
        return min(1, max(0, 0.5 - gap))
    }
}

extension Sheet {
    enum Alignment {
        case left, middle, right
    }

    /// Writes a line of text whose capitals are `size` pixels high, on the base line at `base`.
    mutating func write(
        _ text: String, x: Float, base: Float, size: Float, weight: Float = 1.15,
        align: Alignment = .left, _ ink: Ink
    ) {
        let length = StrokeFont.width(of: text, size: size)
        let left =
            switch align {
            case .left: x
            case .middle: x - length / 2
            case .right: x - length
            }
        for glyph in StrokeFont.strokes(
            of: text, size: size, { SIMD2(left + $0.x, base - $0.y) })
        {
            stroke(glyph, width: weight * size / 10, ink)
        }
    }

    /// The text, truncated with an ellipsis where it is longer than `room` pixels.
    static func fitted(_ text: String, size: Float, room: Float) -> String {
        guard StrokeFont.width(of: text, size: size) > room else { return text }
        var cut = text
        while !cut.isEmpty, StrokeFont.width(of: cut + "…", size: size) > room { cut.removeLast() }
        return cut + "…"
    }
}

/// Anti-aliased polylines of one width with round caps.
struct Pen {
    let strokes: [[SIMD2<Float>]]
    let width: Float

    /// Calls `body` with every pixel that the lines touch, and how much of it they cover, 0 to 1.
    func cover(width areaWidth: Int, height areaHeight: Int, _ body: (Int, Int, Float) -> Void) {
        let points = strokes.flatMap(\.self)
        guard let first = points.first else { return }
        var low = first
        var high = first
        for point in points {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let reach = width / 2 + 1
        let columns = Pen.range(low.x - reach, high.x + reach, below: areaWidth)
        for y in Pen.range(low.y - reach, high.y + reach, below: areaHeight) {
            for x in columns {
                let place = SIMD2(Float(x) + 0.5, Float(y) + 0.5)
                let gap = strokes.map { Pen.distance(from: place, to: $0) }.min() ?? .infinity
                let part = min(1, max(0, width / 2 + 0.5 - gap))
                if part > 0 { body(x, y, part) }
            }
        }
    }

    private static func range(_ low: Float, _ high: Float, below limit: Int) -> Range<Int> {
        let start = max(0, Int(max(-1, low.rounded(.down))))
        let end = min(limit, Int(min(Float(limit), max(-1, high))) + 1)
        return start..<max(start, end)
    }

    private static func distance(from place: SIMD2<Float>, to line: [SIMD2<Float>]) -> Float {
        var smallest = Float.infinity
        for index in 0..<max(1, line.count - 1) where !line.isEmpty {
            let start = line[index]
            let along = line[min(index + 1, line.count - 1)] - start
            let length = (along * along).sum()
            let offset = place - start
            let part = length > 0 ? min(1, max(0, (offset * along).sum() / length)) : 0
            let gap = offset - along * part
            smallest = min(smallest, (gap * gap).sum())
        }
        return smallest.squareRoot()
    }
}
