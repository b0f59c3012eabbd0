/// Adds the chips of the invisible watermark to a picture.
struct WatermarkEmbedder {
    /// The amplitude of a chip in flat areas, in levels of 255.
    private static let flatAmplitude: Float = 1.25
    /// What one level of local activity adds to the amplitude: texture masks the watermark.
    private static let activityGain: Float = 0.12
    private static let maximumAmplitude: Float = 5

    private static let rounds = 4
    /// The part of the amplitude that is left in a chip's mean: its edges are smooth.
    private static let flatPart: Float = 0.8
    /// The weights of chips none, one and two away in the local mean.
    private static let ring: [Float] = [1, 1, 0.25]

    let marked: Picture

    init(_ picture: Picture, chips: [Float]) {
        let side = InvisibleWatermark.chipSide
        let across = (picture.width + side - 1) / side
        let down = (picture.height + side - 1) / side
        let changes = WatermarkEmbedder.changes(picture, chips, across: across, down: down)
        var pixels = picture.pixels
        pixels.withUnsafeMutableBufferPointer { pixels in
            for y in 0..<picture.height {
                let (row, lower) = WatermarkEmbedder.place(y, side: side)
                for x in 0..<picture.width {
                    let (column, right) = WatermarkEmbedder.place(x, side: side)
                    func at(_ dx: Int, _ dy: Int) -> Float {
                        let chipX = min(max(column + dx, 0), across - 1)
                        let chipY = min(max(row + dy, 0), down - 1)
                        return changes[chipY * across + chipX]
                    }
                    let above = at(0, 0) + (at(1, 0) - at(0, 0)) * right
                    let below = at(0, 1) + (at(1, 1) - at(0, 1)) * right
                    let change = above + (below - above) * lower
                    let base = (y * picture.width + x) * 4
                    guard pixels[base + 3] > 0 else { continue }
                    for lane in 0..<3 {
                        pixels[base + lane] = WatermarkEmbedder.moved(
                            pixels[base + lane], by: change)
                    }
                }
            }
        }
        marked = Picture(checkedWidth: picture.width, height: picture.height, pixels: pixels)
    }

    /// Near black and white the whole change goes to the side that does not clip.
    private static func moved(_ level: UInt8, by change: Float) -> UInt8 {
        let value = Float(level)
        let room = flatAmplitude
        let shift = max(0, room - value) - max(0, value + room - 255)
        return UInt8(min(255, max(0, (value + change + shift).rounded())))
    }

    /// The chip before a pixel's centre, and the interpolation to the next, 0 to 1: chips are flat
    /// in their middle half.
    private static func place(_ pixel: Int, side: Int) -> (Int, Float) {
        let position = (Float(pixel) + 0.5) / Float(side) - 0.5
        let chip = position.rounded(.down)
        let part = min(1, max(0, (position - chip - 0.25) * 2))
        return (Int(chip), part * part * (3 - 2 * part))
    }

    /// The amplitude of each chip: larger where the picture is active, or where its own lightness
    /// opposes the chip.
    private static func changes(
        _ picture: Picture, _ chips: [Float], across: Int, down: Int
    ) -> [Float] {
        var means = [Float](repeating: 0, count: across * down)
        var spreads = means
        let side = InvisibleWatermark.chipSide
        for row in 0..<down {
            for column in 0..<across {
                let (mean, spread) = statistics(picture, x: column * side, y: row * side)
                means[row * across + column] = mean
                spreads[row * across + column] = spread
            }
        }
        var changes = means.indices.map { index in
            chips[
                index / across % WatermarkPattern.chips * WatermarkPattern.chips
                    + index % across % WatermarkPattern.chips]
        }
        let signs = changes
        let usual = spreads.map { min(maximumAmplitude, flatAmplitude + $0 * activityGain) }
        for index in changes.indices { changes[index] *= usual[index] }
        for _ in 0..<rounds {
            let marked = zip(means, changes).map { $0 + $1 * flatPart }
            let around = localMean(of: marked, across: across, down: down)
            for index in changes.indices {
                let seen = (marked[index] - around[index]) * signs[index]
                let size = changes[index] * signs[index] + (usual[index] - seen) * 0.5
                changes[index] =
                    signs[index] * min(usual[index] * 2.2, max(usual[index] * 0.6, size))
            }
        }
        return changes
    }

    /// The weighted mean of the chips around each, as far as the detector looks.
    private static func localMean(of values: [Float], across: Int, down: Int) -> [Float] {
        values.indices.map { index in
            let column = index % across
            let row = index / across
            var sum: Float = 0
            var weights: Float = 0
            for y in max(0, row - 2)...min(down - 1, row + 2) {
                for x in max(0, column - 2)...min(across - 1, column + 2) {
                    let weight = ring[abs(y - row)] * ring[abs(x - column)]
                    sum += values[y * across + x] * weight
                    weights += weight
                }
            }
            return sum / weights
        }
    }

    /// The mean lightness of a chip's pixels, and their mean absolute deviation.
    private static func statistics(_ picture: Picture, x: Int, y: Int) -> (Float, Float) {
        let side = InvisibleWatermark.chipSide
        var values: [Float] = []
        values.reserveCapacity(side * side)
        for row in y..<min(y + side, picture.height) {
            for column in x..<min(x + side, picture.width) {
                values.append(Float(WatermarkDetector.lightness(picture, x: column, y: row)))
            }
        }
        let mean = values.reduce(0, +) / Float(values.count)
        return (mean, values.reduce(0) { $0 + abs($1 - mean) } / Float(values.count))
    }
}
