/// The lightness of a picture, summed up so that the mean of any rectangle is found at once.
struct LightSums {
    /// How far around a sample its surroundings go, in samples.
    private static let reach = 3

    private let width: Int
    private let height: Int
    /// `[height + 1, width + 1]`; wraps over, and differences stay right.
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
                row &+= UInt32(MarkSearch.lightness(picture, x: left + x, y: top + y))
                let at = (y + 1) * (width + 1) + x + 1
                sums[at] = sums[at - width - 1] &+ row
            }
        }
        self.sums = sums
    }

    /// `[64, 64]`: samples around the middle, less their surroundings, folded into one tile.
    ///
    /// - Parameters:
    ///   - pixels: The width of a sample.
    ///   - shiftX: Moves the samples, in parts of one; so `shiftY`.
    ///   - window: The samples across that are looked at, at most.
    func tile(pixels: Double, shiftX: Double, shiftY: Double, window: Int) -> [Float] {
        let side = MarkPattern.samples
        let columns = min(window, Int(Double(width) / pixels - shiftX))
        let rows = min(window, Int(Double(height) / pixels - shiftY))
        var tile = [Float](repeating: 0, count: side * side)
        guard columns > 2 * LightSums.reach, rows > 2 * LightSums.reach else { return tile }
        // Moved towards the far edge only: there is room for it even if all is looked at.
        func start(_ whole: Int, _ count: Int, _ shift: Double) -> Double {
            max(0, (Double(whole) - Double(count + 1) * pixels) / 2) + shift * pixels
        }
        let left = start(width, columns, shiftX)
        let top = start(height, rows, shiftY)
        let means = self.means(columns, rows, left: left, top: top, pixels: pixels)
        let around = LightSums.surroundings(means, columns, rows)
        let changes = means.indices.map { means[$0] - around[$0] }
        let unrest = LightSums.surroundings(changes.map(abs), columns, rows)
        for y in 0..<rows {
            for x in 0..<columns {
                let index = y * columns + x
                let loudest = 2 * unrest[index]
                let change = min(loudest, max(-loudest, changes[index]))
                tile[y % side * side + x % side] += change * LightSums.weight(unrest[index])
            }
        }
        return tile
    }

    /// What is seen through more noise counts less: by the mark's likely strength over the noise's.
    private static func weight(_ unrest: Float) -> Float {
        (1.6 + 0.15 * unrest) / (unrest * unrest + 1)
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
                // A mean over whole pixels, and the rest by share: edges fall between pixels.
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
                // Relative to one corner, so that four bytes hold it and wrapping does not matter.
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

    /// The mean around each sample, by running sums.
    private static func surroundings(_ means: [Float], _ columns: Int, _ rows: Int) -> [Float] {
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
