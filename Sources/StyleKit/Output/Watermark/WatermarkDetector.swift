/// Detects the tile of the invisible watermark in a picture of unknown scale, crop and orientation:
/// by its correlation with the synchronisation chips, over all shifts at once, for every scale.
struct WatermarkDetector {
    private static let side = WatermarkPattern.samples
    /// Pixels of the marked picture a sample: two samples a chip.
    private static let samplePixels = Double(InvisibleWatermark.chipSide) / 2
    /// Only the middle of a picture with more pixels a side is searched.
    private static let widest = 4_096
    private static let scales = 0.45...2.2
    /// A step of scale moves the edge of a window of four tiles by a quarter of a chip.
    private static let step = 1.007
    /// Samples across the window: 128 to detect, more to refine and to read.
    private static let windows = [128, 256, 1_024]
    private static let kept = 8

    private struct Candidate {
        let strength: Float
        let scale: Double
        let shiftX: Double
        let shiftY: Double
        let left: Int
        let top: Int
        let orientation: Int
        let window: Int
    }

    private let sums: SummedLightness
    private let pattern: WatermarkPattern
    private let guides: [Fourier]

    init(_ picture: Picture, pattern: WatermarkPattern) {
        self.pattern = pattern
        sums = SummedLightness(picture, widest: WatermarkDetector.widest)
        guides = (0..<8).map { orientation in
            var guide = Fourier(real: pattern.guide(orientation: orientation))
            guide.transform()
            return guide
        }
    }

    /// Lightness of a pixel composited on white, 0 to 255.
    static func lightness(_ picture: Picture, x: Int, y: Int) -> Int {
        let base = (y * picture.width + x) * 4
        let alpha = Int(picture.pixels[base + 3])
        let color =
            Int(picture.pixels[base]) * 77 + Int(picture.pixels[base + 1]) * 150
            + Int(picture.pixels[base + 2]) * 29
        return (color * alpha / 255 + 255 * 256 * (255 - alpha) / 255) >> 8
    }

    var best: InvisibleWatermark.Reading {
        var scale = WatermarkDetector.scales.lowerBound
        var found: [Candidate] = []
        while scale <= WatermarkDetector.scales.upperBound {
            found += candidates(
                scale: scale, shifts: [(0, 0), (0.5, 0.5)], window: WatermarkDetector.windows[0])
            scale *= WatermarkDetector.step
        }
        found = WatermarkDetector.top(found)
        var span = WatermarkDetector.step - 1
        for window in WatermarkDetector.windows {
            let finer = found.flatMap { candidate in
                (-2...2).flatMap { part in
                    candidates(
                        scale: candidate.scale * (1 + Double(part) * span / 2),
                        shifts: [(0, 0), (0.5, 0), (0, 0.5), (0.5, 0.5)], window: window)
                }
            }
            found = WatermarkDetector.top(finer)
            span /= 4
        }
        guard let best = found.first else {
            return InvisibleWatermark.Reading(payload: 0, strength: 0, scale: 1, isMirrored: false)
        }
        return reading(best)
    }

    private func reading(_ found: Candidate) -> InvisibleWatermark.Reading {
        let tile = sums.tile(
            pixels: found.scale * WatermarkDetector.samplePixels, shiftX: found.shiftX,
            shiftY: found.shiftY, window: found.window)
        let votes = pattern.votes(
            in: tile, left: found.left, top: found.top, orientation: found.orientation)
        var payload: UInt32 = 0
        for (bit, vote) in votes.enumerated() where vote > 0 { payload |= 1 << UInt32(bit) }
        let turns =
            (found.orientation & 1) + (found.orientation >> 1 & 1) + (found.orientation >> 2 & 1)
        return InvisibleWatermark.Reading(
            payload: payload, strength: found.strength, scale: found.scale,
            isMirrored: turns % 2 == 1)
    }

    /// The best shift of each orientation at one scale.
    private func candidates(
        scale: Double, shifts: [(Double, Double)], window: Int
    ) -> [Candidate] {
        shifts.flatMap { shift -> [Candidate] in
            var tile = Fourier(
                real: sums.tile(
                    pixels: scale * WatermarkDetector.samplePixels, shiftX: shift.0,
                    shiftY: shift.1,
                    window: window))
            tile.transform()
            return guides.enumerated().compactMap { orientation, guide -> Candidate? in
                let fits = tile.correlated(with: guide)
                guard let place = fits.indices.max(by: { fits[$0] < fits[$1] }) else { return nil }
                let mean = fits.reduce(0) { $0 + $1 * $1 } / Float(fits.count)
                return Candidate(
                    strength: mean > 0 ? fits[place] / mean.squareRoot() : 0, scale: scale,
                    shiftX: shift.0, shiftY: shift.1, left: place % WatermarkDetector.side,
                    top: place / WatermarkDetector.side, orientation: orientation, window: window)
            }
        }
    }

    private static func top(_ found: [Candidate]) -> [Candidate] {
        Array(
            found.sorted { ($1.strength, $0.scale) < ($0.strength, $1.scale) }.prefix(kept))
    }
}

/// The summed-area table of a picture's lightness (Crow, 1984): the mean of any rectangle in
/// constant time.
struct SummedLightness {
    /// The radius of the local mean, in samples.
    private static let reach = 3

    private let width: Int
    private let height: Int
    /// `[height + 1, width + 1]`, modulo 2³²: differences stay correct.
    private let sums: [UInt32]

    init(_ picture: Picture, widest: Int) {
        width = min(picture.width, widest)
        height = min(picture.height, widest)
        let left = (picture.width - width) / 2
        let top = (picture.height - height) / 2
        var sums = [UInt32](repeating: 0, count: (width + 1) * (height + 1))
        for y in 0..<height {
            var row: UInt32 = 0
            for x in 0..<width {
                row &+= UInt32(WatermarkDetector.lightness(picture, x: left + x, y: top + y))
                let at = (y + 1) * (width + 1) + x + 1
                sums[at] = sums[at - width - 1] &+ row
            }
        }
        self.sums = sums
    }

    /// `[64, 64]`: samples around the middle less their local mean, folded into one tile.
    ///
    /// - Parameters:
    ///   - pixels: The width of a sample in pixels.
    ///   - shiftX: Shifts the samples right, in samples, 0 to 1.
    ///   - shiftY: Shifts the samples down, in samples, 0 to 1.
    ///   - window: The most samples across.
    func tile(pixels: Double, shiftX: Double, shiftY: Double, window: Int) -> [Float] {
        let side = WatermarkPattern.samples
        let columns = min(window, Int(Double(width) / pixels - shiftX))
        let rows = min(window, Int(Double(height) / pixels - shiftY))
        var tile = [Float](repeating: 0, count: side * side)
        guard columns > 2 * SummedLightness.reach, rows > 2 * SummedLightness.reach else {
            return tile
        }
        // Shifted towards the far edge only: there is room even if the window is the whole picture.
        func start(_ whole: Int, _ count: Int, _ shift: Double) -> Double {
            max(0, (Double(whole) - Double(count + 1) * pixels) / 2) + shift * pixels
        }
        let left = start(width, columns, shiftX)
        let top = start(height, rows, shiftY)
        let means = self.means(columns, rows, left: left, top: top, pixels: pixels)
        let around = SummedLightness.localMean(means, columns, rows)
        let changes = means.indices.map { means[$0] - around[$0] }
        let noise = SummedLightness.localMean(changes.map(abs), columns, rows)
        for y in 0..<rows {
            for x in 0..<columns {
                let index = y * columns + x
                let maximumAmplitude = 2 * noise[index]
                let change = min(maximumAmplitude, max(-maximumAmplitude, changes[index]))
                tile[y % side * side + x % side] += change * SummedLightness.weight(noise[index])
            }
        }
        return tile
    }

    /// The weight of a sample: the expected amplitude of the watermark over the variance of the
    /// noise.
    private static func weight(_ noise: Float) -> Float {
        (1.6 + 0.15 * noise) / (noise * noise + 1)
    }

    private func means(
        _ columns: Int, _ rows: Int, left: Double, top: Double, pixels: Double
    ) -> [Float] {
        let across = (0...columns).map { edge(left + Double($0) * pixels, limit: width) }
        let down = (0...rows).map { edge(top + Double($0) * pixels, limit: height) }
        var means = [Float](repeating: 0, count: columns * rows)
        let area = Float(pixels * pixels)
        for y in 0..<rows {
            for x in 0..<columns {
                // Edges fall between pixels: the sums are interpolated.
                let outer = sum(across[x], down[y], across[x + 1], down[y + 1])
                means[y * columns + x] = outer / area
            }
        }
        return means
    }

    private struct Edge {
        let whole: Int
        let part: Float
    }

    private func edge(_ position: Double, limit: Int) -> Edge {
        let bounded = min(max(position, 0), Double(limit))
        let whole = min(Int(bounded), limit - 1)
        return Edge(whole: whole, part: Float(bounded - Double(whole)))
    }

    private func sum(_ left: Edge, _ top: Edge, _ right: Edge, _ bottom: Edge) -> Float {
        let origin = sums[top.whole * (width + 1) + left.whole]
        func corner(_ x: Edge, _ y: Edge) -> Float {
            func at(_ dx: Int, _ dy: Int) -> Float {
                // Relative to one corner, so that 32 bits hold the difference.
                let value = sums[(y.whole + dy) * (width + 1) + x.whole + dx]
                return Float(Int32(bitPattern: value &- origin))
            }
            let above = at(0, 0) + (at(1, 0) - at(0, 0)) * x.part
            let below = at(0, 1) + (at(1, 1) - at(0, 1)) * x.part
            return above + (below - above) * y.part
        }
        return corner(right, bottom) - corner(left, bottom) - corner(right, top)
            + corner(left, top)
    }

    /// The mean around each sample, along rows and then along columns.
    private static func localMean(_ means: [Float], _ columns: Int, _ rows: Int) -> [Float] {
        let middle = blurred(means, lines: rows, length: columns, step: 1, gap: columns)
        return blurred(middle, lines: columns, length: rows, step: columns, gap: 1)
    }

    private static func blurred(
        _ values: [Float], lines: Int, length: Int, step: Int, gap: Int
    ) -> [Float] {
        var result = values
        values.withUnsafeBufferPointer { values in
            result.withUnsafeMutableBufferPointer { result in
                for line in 0..<lines {
                    for place in 0..<length {
                        let low = max(0, place - reach)
                        let high = min(length - 1, place + reach)
                        var sum: Float = 0
                        for near in low...high { sum += values[line * gap + near * step] }
                        result[line * gap + place * step] = sum / Float(high - low + 1)
                    }
                }
            }
        }
        return result
    }
}

/// The discrete Fourier transform of 64 × 64 complex numbers, in place.
struct Fourier {
    static let side = 64

    var real: [Float]
    var imaginary: [Float]

    init(real: [Float]) {
        self.real = real
        imaginary = [Float](repeating: 0, count: real.count)
    }

    /// Cosines and sines of 64ths of a turn.
    private static let turns: [(Float, Float)] = (0..<side).map { index in
        Trigonometry.cosineAndSine(degrees: Float(index) * 360 / Float(side))
    }

    private static let reversed: [Int] = (0..<side).map { index in
        (0..<6).reduce(0) { $0 | (index >> $1 & 1) << (5 - $1) }
    }

    mutating func transform() {
        real.withUnsafeMutableBufferPointer { real in
            imaginary.withUnsafeMutableBufferPointer { imaginary in
                Fourier.turns.withUnsafeBufferPointer { turns in
                    for line in 0..<Fourier.side {
                        Fourier.run(
                            real, imaginary, turns, start: line * Fourier.side, step: 1)
                    }
                    for line in 0..<Fourier.side {
                        Fourier.run(real, imaginary, turns, start: line, step: Fourier.side)
                    }
                }
            }
        }
    }

    /// The circular cross-correlation with another transform: at each index how well both fit when
    /// shifted so far.
    func correlated(with other: Fourier) -> [Float] {
        var product = self
        for index in real.indices {
            let (a, b) = (real[index], imaginary[index])
            let (c, d) = (other.real[index], other.imaginary[index])
            // The conjugate of the product, so that a forward transform gives the inverse one.
            product.real[index] = a * c + b * d
            product.imaginary[index] = a * d - b * c
        }
        product.transform()
        return product.real
    }

    /// The radix-2 algorithm of Cooley and Tukey (1965), on one row or column.
    private static func run(
        _ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>,
        _ turns: UnsafeBufferPointer<(Float, Float)>, start: Int, step: Int
    ) {
        for index in 0..<side {
            let other = reversed[index]
            guard other > index else { continue }
            real.swapAt(start + index * step, start + other * step)
            imaginary.swapAt(start + index * step, start + other * step)
        }
        var half = 1
        while half < side {
            let stride = side / (2 * half)
            for group in Swift.stride(from: 0, to: side, by: 2 * half) {
                for place in 0..<half {
                    let (cosine, sine) = turns[place * stride]
                    let top = start + (group + place) * step
                    let low = top + half * step
                    let a = real[low] * cosine + imaginary[low] * sine
                    let b = imaginary[low] * cosine - real[low] * sine
                    (real[low], imaginary[low]) = (real[top] - a, imaginary[top] - b)
                    real[top] += a
                    imaginary[top] += b
                }
            }
            half *= 2
        }
    }
}
