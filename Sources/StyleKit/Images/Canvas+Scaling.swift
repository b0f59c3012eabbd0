extension Canvas {
    /// The canvas at another size, by a Catmull-Rom filter that widens when it shrinks.
    ///
    /// - Parameter isTile: Whether its edges continue on the other side.
    func scaled(
        width newWidth: Int, height newHeight: Int, isTile: Bool = false,
        bands: Bands = Bands(threads: 1)
    ) -> Canvas {
        if newWidth == width, newHeight == height { return self }
        let result = Canvas(width: newWidth, height: newHeight)
        scale(into: result, isTile: isTile, bands: bands)
        return result
    }

    /// Fills another canvas with this one at its size.
    private func scale(into result: Canvas, isTile: Bool, bands: Bands) {
        let newWidth = result.width
        let newHeight = result.height
        let across = ScalingTaps(from: width, to: newWidth)
        let down = ScalingTaps(from: height, to: newHeight)
        let middle = Block<SIMD4<Float>>(count: newWidth * height, filledWith: SIMD4())
        bands.run(rows: height) { rows in
            for y in rows {
                let row = pixels + y * width
                for x in 0..<newWidth {
                    var sum = SIMD4<Float>()
                    let start = across.starts[x]
                    for tap in 0..<across.count {
                        let column = Self.inside(start + tap, width, isTile)
                        sum += SIMD4<Float>(row[column]) * across.weights[x * across.count + tap]
                    }
                    middle[y * newWidth + x] = sum
                }
            }
        }
        bands.run(rows: newHeight) { rows in
            for y in rows {
                let start = down.starts[y]
                for x in 0..<newWidth {
                    var sum = SIMD4<Float>()
                    for tap in 0..<down.count {
                        let row = Self.inside(start + tap, height, isTile)
                        sum += middle[row * newWidth + x] * down.weights[y * down.count + tap]
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

    /// Rounds, and keeps colour at or below alpha, which overshoot may break.
    static func premultipliedBytes(_ value: SIMD4<Float>) -> SIMD4<UInt8> {
        value.bytes(upTo: min(max(value.w, 0), 255))
    }
}
