extension Canvas {
    /// The canvas scaled to another size by a ``ResamplingKernel``.
    ///
    /// - Parameter isTile: Whether pixels beyond an edge are those of the opposite side; else the
    ///   edge is repeated.
    func scaled(
        width newWidth: Int, height newHeight: Int, isTile: Bool = false,
        executor: RowParallelExecutor = RowParallelExecutor(threads: 1)
    ) -> Canvas {
        if newWidth == width, newHeight == height { return self }
        let result = Canvas(width: newWidth, height: newHeight)
        scale(into: result, isTile: isTile, executor: executor)
        return result
    }

    /// Fills another canvas with this one, scaled to its size: rows first, then columns.
    private func scale(into result: Canvas, isTile: Bool, executor: RowParallelExecutor) {
        let newWidth = result.width
        let newHeight = result.height
        let horizontal = ResamplingKernel(from: width, to: newWidth)
        let vertical = ResamplingKernel(from: height, to: newHeight)
        let intermediate = PaddedBuffer<SIMD4<Float>>(count: newWidth * height, filledWith: SIMD4())
        executor.run(rows: height) { rows in
            for y in rows {
                let row = pixels + y * width
                for x in 0..<newWidth {
                    var sum = SIMD4<Float>()
                    let start = horizontal.starts[x]
                    for tap in 0..<horizontal.count {
                        let column = Self.inside(start + tap, width, isTile)
                        sum +=
                            SIMD4<Float>(row[column])
                            * horizontal.weights[x * horizontal.count + tap]
                    }
                    intermediate[y * newWidth + x] = sum
                }
            }
        }
        executor.run(rows: newHeight) { rows in
            for y in rows {
                let start = vertical.starts[y]
                for x in 0..<newWidth {
                    var sum = SIMD4<Float>()
                    for tap in 0..<vertical.count {
                        let row = Self.inside(start + tap, height, isTile)
                        sum +=
                            intermediate[row * newWidth + x]
                            * vertical.weights[y * vertical.count + tap]
                    }
                    result.pixels[y * newWidth + x] = Canvas.premultipliedBytes(sum)
                }
            }
        }
    }

    @inline(__always)
    private static func inside(_ index: Int, _ count: Int, _ isTile: Bool) -> Int {
        guard index < 0 || index >= count else { return index }
        if isTile { return (index % count + count) % count }
        return index < 0 ? 0 : count - 1
    }

    /// Rounds, and clamps colour to alpha, which the negative lobes of the filter may exceed.
    static func premultipliedBytes(_ value: SIMD4<Float>) -> SIMD4<UInt8> {
        value.bytes(upTo: min(max(value.w, 0), 255))
    }
}

/// The weights of a Catmull-Rom filter along one axis: for every new pixel, which old pixels count
/// and how much.
///
/// When the axis shrinks, the filter is widened by the ratio, so that it also prevents aliasing.
struct ResamplingKernel {
    let count: Int
    var starts: [Int] = []
    var weights: [Float] = []

    init(from old: Int, to new: Int) {
        let ratio = Double(old) / Double(new)
        let widening = max(1, ratio)
        let radius = 2 * widening
        count = Int((2 * radius).rounded(.up)) + 1
        for index in 0..<new {
            let center = (Double(index) + 0.5) * ratio - 0.5
            let start = Int((center - radius).rounded(.up))
            let raw = (0..<count).map { tap in
                ResamplingKernel.catmullRom((Double(start + tap) - center) / widening)
            }
            let sum = raw.reduce(0, +)
            starts.append(start)
            weights.append(contentsOf: raw.map { Float($0 / sum) })
        }
    }

    private static func catmullRom(_ distance: Double) -> Double {
        let x = abs(distance)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        if x < 2 { return ((-0.5 * x + 2.5) * x - 4) * x + 2 }
        return 0
    }
}

/// A canvas at its own size, a half, a quarter and so on: other sizes are made from the nearest
/// larger one, which is cheap.
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

    /// The canvas scaled to another size, from the smallest level that is at least 1.5 times as
    /// large on both axes.
    func scaled(
        width: Int, height: Int, executor: RowParallelExecutor = RowParallelExecutor(threads: 1)
    ) -> Canvas {
        let best = levels.last { $0.width * 2 >= width * 3 && $0.height * 2 >= height * 3 }
        return (best ?? levels[0]).scaled(width: width, height: height, executor: executor)
    }

    /// A copy whose short side has at most this many pixels.
    func shortSide(_ side: Int) -> Canvas {
        let canvas = levels[0]
        let short = min(canvas.width, canvas.height)
        guard short > side else { return canvas }
        return scaled(
            width: max(1, canvas.width * side / short), height: max(1, canvas.height * side / short)
        )
    }

    /// The means of 2 × 2 pixels, rounded; an odd last row or column counts twice.
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
