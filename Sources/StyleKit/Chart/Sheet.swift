/// An opaque sheet of paper to draw on, with smooth edges.
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

    /// Ink of a colour such as 0x2A2724.
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

    /// Fills a rectangle with round corners.
    mutating func fill(_ box: SheetBox, radius: Float = 0, _ ink: Ink) {
        cover(box) { x, y in
            box.coverage(x: x, y: y, radius: radius)
        } with: { _, _ in
            ink
        }
    }

    /// Lays a picture over a rectangle of its size, with round corners.
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

    /// Draws lines through points, as if by one pen: where they cross it gets no darker.
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
