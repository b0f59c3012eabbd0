/// Scales a work to the size at which a model keeps it, row by row.
///
/// The sums are those of ``Canvas/scaled(width:height:isTile:executor:)`` in the same order, so the
/// bytes are the same; only the rows of the result that are not finished are held.
final class WorkDownscaler {
    let width: Int
    let height: Int
    private(set) var canvas: Canvas
    private let horizontal: ResamplingKernel
    private let vertical: ResamplingKernel
    private let isScaled: Bool
    /// One row of the work: premultiplied bytes, then floats, then at its new width.
    private let colors: PaddedBuffer<SIMD4<UInt8>>
    private let numbers: PaddedBuffer<SIMD4<Float>>
    private let narrowed: PaddedBuffer<SIMD4<Float>>
    /// A ring of the rows of the result that are under way.
    private let sums: PaddedBuffer<SIMD4<Float>>
    private let held: Int
    private var firstOpen = 0
    private var row = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        let short = Double(min(width, height))
        let area = Double(width * height)
        let scale = min(
            1, Double(Limits.learnedSide) / short,
            (Double(Limits.learnedPixels) / area).squareRoot())
        isScaled = scale < 1
        let newWidth = isScaled ? Int(Double(width) * scale) : width
        let newHeight = isScaled ? Int(Double(height) * scale) : height
        canvas = Canvas(width: newWidth, height: newHeight)
        horizontal = ResamplingKernel(from: width, to: newWidth)
        vertical = ResamplingKernel(from: height, to: newHeight)
        // The most rows of the result that one row of the work contributes to, and one more.
        held = isScaled ? vertical.count * newHeight / height + 2 : 0
        colors = PaddedBuffer(count: isScaled ? width : 0, filledWith: SIMD4())
        numbers = PaddedBuffer(count: isScaled ? width : 0, filledWith: SIMD4())
        narrowed = PaddedBuffer(count: isScaled ? newWidth : 0, filledWith: SIMD4())
        sums = PaddedBuffer(count: held * newWidth, filledWith: SIMD4())
    }

    /// Adds the next row of the work: `[width, 4]`, straight RGBA.
    func add(_ source: UnsafePointer<UInt8>) {
        defer { row += 1 }
        guard isScaled else {
            let place = canvas.pixels + row * width
            return Canvas.premultiply(source, to: place, count: width)
        }
        narrow(source)
        let last = height - 1
        var target = firstOpen
        while target < canvas.height, max(0, vertical.starts[target]) <= row {
            let start = vertical.starts[target]
            // The first and the last row are repeated outward.
            let from = row == 0 ? 0 : row - start
            let to = row == last ? vertical.count - 1 : min(row - start, vertical.count - 1)
            if from <= to { add(from...to, to: target) }
            target += 1
        }
        while firstOpen < canvas.height,
            min(last, vertical.starts[firstOpen] + vertical.count - 1) <= row
        {
            finish(firstOpen)
            firstOpen += 1
        }
    }

    private func add(_ taps: ClosedRange<Int>, to target: Int) {
        let place = sums.pointer + target % held * canvas.width
        for tap in taps {
            let weight = vertical.weights[target * vertical.count + tap]
            for x in 0..<canvas.width { place[x] += narrowed[x] * weight }
        }
    }

    private func finish(_ target: Int) {
        let place = sums.pointer + target % held * canvas.width
        let result = canvas.pixels + target * canvas.width
        for x in 0..<canvas.width {
            result[x] = Canvas.premultipliedBytes(place[x])
            place[x] = SIMD4()
        }
    }

    private func narrow(_ source: UnsafePointer<UInt8>) {
        Canvas.premultiply(source, to: colors.pointer, count: width)
        for x in 0..<width {
            let color = colors[x]
            numbers[x] = SIMD4(Float(color.x), Float(color.y), Float(color.z), Float(color.w))
        }
        horizontal.weights.withUnsafeBufferPointer { weights in
            for x in 0..<canvas.width {
                let start = horizontal.starts[x]
                var sum = SIMD4<Float>()
                for tap in 0..<horizontal.count {
                    let column = min(max(start + tap, 0), width - 1)
                    sum += numbers[column] * weights[x * horizontal.count + tap]
                }
                narrowed[x] = sum
            }
        }
    }
}

extension Picture {
    /// Decodes a PNG, JPEG or WebP file at the size at which models keep works: a short side of at
    /// most ``Limits/learnedSide`` pixels, whatever the file's, in some megabytes.
    ///
    /// - Parameter bytes: The whole file; it may be hostile.
    /// - Returns: The picture, upright; of a file no larger than that, all of its pixels.
    /// - Throws: ``PictureError``.
    public static func decodeReduced(_ bytes: [UInt8]) throws(PictureError) -> Picture {
        let file = try PictureFile(bytes)
        let (width, height) = file.uprightSize
        let rows = WorkDownscaler(width: width, height: height)
        try UprightRows(file).each { rows.add($0) }
        return rows.canvas.picture
    }

    /// A copy of at most this width; a narrower picture stays as it is.
    ///
    /// - Parameter width: At least 1 pixel.
    public func narrowed(to width: Int) -> Picture {
        guard self.width > width else { return self }
        let height = max(1, (self.height * width + self.width / 2) / self.width)
        return Mipmap(Canvas(self)).scaled(width: width, height: height).picture
    }
}
