extension Canvas {
    /// The canvas at another size, by a Catmull-Rom filter that widens when it shrinks.
    func scaled(width newWidth: Int, height newHeight: Int) -> Canvas {
        if newWidth == width, newHeight == height { return self }
        let result = Canvas(width: newWidth, height: newHeight)
        scale(into: result)
        return result
    }

    /// Fills another canvas with this one at its size.
    func scale(into result: Canvas) {
        let newWidth = result.width
        let newHeight = result.height
        let across = ScalingTaps(from: width, to: newWidth)
        let down = ScalingTaps(from: height, to: newHeight)
        let middle = Block<SIMD4<Float>>(count: newWidth * height, filledWith: SIMD4())
        for y in 0..<height {
            let row = pixels + y * width
            for x in 0..<newWidth {
                var sum = SIMD4<Float>()
                let start = across.starts[x]
                for tap in 0..<across.count {
                    let column = min(max(start + tap, 0), width - 1)
                    sum += SIMD4<Float>(row[column]) * across.weights[x * across.count + tap]
                }
                middle[y * newWidth + x] = sum
            }
        }
        for y in 0..<newHeight {
            let start = down.starts[y]
            for x in 0..<newWidth {
                var sum = SIMD4<Float>()
                for tap in 0..<down.count {
                    let row = min(max(start + tap, 0), height - 1)
                    sum += middle[row * newWidth + x] * down.weights[y * down.count + tap]
                }
                result.pixels[y * newWidth + x] = Canvas.premultipliedBytes(sum)
            }
        }
    }

    /// Rounds, and keeps colour at or below alpha, which overshoot may break.
    private static func premultipliedBytes(_ value: SIMD4<Float>) -> SIMD4<UInt8> {
        value.bytes(upTo: min(max(value.w, 0), 255))
    }
}

/// For every new pixel along one side, which old pixels count and how much.
private struct ScalingTaps {
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
                ScalingTaps.catmullRom((Double(start + tap) - center) / widening)
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
