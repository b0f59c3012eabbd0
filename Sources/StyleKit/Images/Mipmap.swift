/// A canvas at its own size, a half, a quarter and so on: from these all other sizes are cheap.
struct Mipmap {
    let levels: [Canvas]

    /// Halves until the short side is below 128 pixels.
    init(_ canvas: Canvas) {
        var levels = [canvas]
        while let last = levels.last, min(last.width, last.height) >= 128 {
            levels.append(Self.halved(last))
        }
        self.levels = levels
    }

    /// The canvas at another size, from the smallest level that is clearly larger.
    func scaled(width: Int, height: Int, bands: Bands = Bands(threads: 1)) -> Canvas {
        let best = levels.last { $0.width * 2 >= width * 3 && $0.height * 2 >= height * 3 }
        return (best ?? levels[0]).scaled(width: width, height: height, bands: bands)
    }

    /// The canvas with a short side of at most this many pixels.
    func shortSide(_ side: Int) -> Canvas {
        let canvas = levels[0]
        let short = min(canvas.width, canvas.height)
        guard short > side else { return canvas }
        return scaled(
            width: max(1, canvas.width * side / short), height: max(1, canvas.height * side / short)
        )
    }

    /// The means of squares of four pixels; an odd last row or column counts twice.
    private static func halved(_ canvas: Canvas) -> Canvas {
        let result = Canvas(width: (canvas.width + 1) / 2, height: (canvas.height + 1) / 2)
        for y in 0..<result.height {
            let top = canvas.pixels + 2 * y * canvas.width
            let bottom = canvas.pixels + min(2 * y + 1, canvas.height - 1) * canvas.width
            for x in 0..<result.width {
                let right = min(2 * x + 1, canvas.width - 1)
                var sum = SIMD4<UInt16>(truncatingIfNeeded: top[2 * x])
                sum &+= SIMD4<UInt16>(truncatingIfNeeded: top[right])
                sum &+= SIMD4<UInt16>(truncatingIfNeeded: bottom[2 * x])
                sum &+= SIMD4<UInt16>(truncatingIfNeeded: bottom[right])
                result.pixels[y * result.width + x] = SIMD4(
                    truncatingIfNeeded: (sum &+ SIMD4(repeating: 2)) &>> SIMD4(repeating: 2))
            }
        }
        return result
    }
}
