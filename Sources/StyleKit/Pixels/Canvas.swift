/// A picture in the form that algorithms work on: `[height, width]` of four bytes, row-major;
/// either premultiplied sRGB RGBA or ``Feature`` lanes.
///
/// Copies share their memory.
struct Canvas {
    let width: Int
    let height: Int
    let block: PaddedBuffer<SIMD4<UInt8>>

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        block = PaddedBuffer(count: width * height, filledWith: SIMD4(repeating: 0))
    }

    var pixels: UnsafeMutablePointer<SIMD4<UInt8>> { block.pointer }

    /// The premultiplied form of a picture.
    init(_ picture: Picture) {
        self.init(width: picture.width, height: picture.height)
        picture.pixels.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            Canvas.premultiply(base, to: pixels, count: width * height)
        }
    }

    /// Multiplies the colour of straight RGBA by its alpha, rounded to the nearest byte.
    ///
    /// - Parameters:
    ///   - source: `[count, 4]` bytes.
    ///   - target: `[count]`.
    static func premultiply(
        _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<SIMD4<UInt8>>, count: Int
    ) {
        for index in 0..<count {
            let base = index * 4
            let alpha = source[base + 3]
            var pixel = SIMD4(source[base], source[base + 1], source[base + 2], alpha)
            if alpha < 255 {
                for lane in 0..<3 {
                    pixel[lane] = UInt8((Int(pixel[lane]) * Int(alpha) + 127) / 255)
                }
            }
            target[index] = pixel
        }
    }

    /// The straight-alpha picture of a premultiplied canvas.
    var picture: Picture {
        let bytes = [UInt8](unsafeUninitializedCapacity: width * height * 4) { target, used in
            for index in 0..<(width * height) {
                let pixel = Feature.unpremultiplied(pixels[index])
                for lane in 0..<4 { target[index * 4 + lane] = pixel[lane] }
            }
            used = width * height * 4
        }
        return Picture(checkedWidth: width, height: height, pixels: bytes)
    }

    /// Whether the last lane of every pixel is 255.
    var isOpaque: Bool { (0..<(width * height)).allSatisfy { pixels[$0].w == 255 } }

    /// A premultiplied canvas composited on white.
    var onWhite: Canvas {
        let result = Canvas(width: width, height: height)
        for index in 0..<(width * height) {
            result.pixels[index] = pixels[index] &+ SIMD4(repeating: 255 - pixels[index].w)
        }
        return result
    }

    /// The same three lanes with the last lane of another canvas of the same size.
    func withAlpha(of other: Canvas) -> Canvas {
        let result = Canvas(width: width, height: height)
        for index in 0..<(width * height) {
            var pixel = pixels[index]
            pixel.w = other.pixels[index].w
            result.pixels[index] = pixel
        }
        return result
    }

    /// The features of a premultiplied canvas, on this thread.
    var features: Canvas { features(RowParallelExecutor(threads: 1)) }

    /// The features of a premultiplied canvas.
    func features(_ executor: RowParallelExecutor) -> Canvas {
        mapped(executor) { Feature(premultiplied: $0).lanes }
    }

    /// Maps every pixel by a pure function; a run of equal pixels is mapped once.
    func mapped(_ executor: RowParallelExecutor, _ change: (SIMD4<UInt8>) -> SIMD4<UInt8>) -> Canvas
    {
        let result = Canvas(width: width, height: height)
        executor.run(rows: height, width: width) { indices in
            var last = SIMD4<UInt8>(repeating: 0)
            var changed = change(last)
            for index in indices {
                if pixels[index] != last {
                    last = pixels[index]
                    changed = change(last)
                }
                result.pixels[index] = changed
            }
        }
        return result
    }
}

extension Canvas {
    /// A copy of a range of rows.
    func rows(_ rows: Range<Int>) -> Canvas {
        let result = Canvas(width: width, height: rows.count)
        result.pixels.update(
            from: pixels + rows.lowerBound * width, count: rows.count * width)
        return result
    }

    /// A copy without a margin of so many pixels on every side.
    func cropped(by margin: Int) -> Canvas {
        guard margin > 0 else { return self }
        let result = Canvas(width: width - 2 * margin, height: height - 2 * margin)
        for y in 0..<result.height {
            (result.pixels + y * result.width).update(
                from: pixels + (y + margin) * width + margin, count: result.width)
        }
        return result
    }

    /// A periodic copy: with a margin of so many pixels on every side that repeats the opposite
    /// side.
    func wrapped(by margin: Int) -> Canvas {
        guard margin > 0 else { return self }
        let result = Canvas(width: width + 2 * margin, height: height + 2 * margin)
        for y in 0..<result.height {
            // A margin may be larger than the canvas.
            let row = ((y - margin) % height + height) % height
            for x in 0..<result.width {
                let column = ((x - margin) % width + width) % width
                result.pixels[y * result.width + x] = pixels[row * width + column]
            }
        }
        return result
    }

    /// The premultiplied sRGB of a canvas of features.
    func colorsOfFeatures(_ executor: RowParallelExecutor) -> Canvas {
        mapped(executor) { Feature(lanes: $0).premultiplied }
    }
}

extension Canvas {
    /// A square copy; the caller keeps it inside.
    func cut(x: Int, y: Int, side: Int) -> Canvas {
        let piece = Canvas(width: side, height: side)
        for row in 0..<side {
            for column in 0..<side {
                piece.pixels[row * side + column] = pixels[(y + row) * width + x + column]
            }
        }
        return piece
    }
}

extension SIMD4<Float> {
    /// The lanes rounded to the nearest byte and clamped to 0...`highest`.
    ///
    /// Lane by lane: the generic conversion of vectors is many times slower.
    @inline(__always)
    func bytes(upTo highest: Float = 255) -> SIMD4<UInt8> {
        let bounded = (self + 0.5).clamped(
            lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: highest + 0.5))
        return SIMD4<UInt8>(
            UInt8(bounded.x), UInt8(bounded.y), UInt8(bounded.z), UInt8(bounded.w))
    }
}
