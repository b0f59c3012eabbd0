/// A raster of bytes, 0 to 255, `[height, width]`: which pixels belong to something, and how much.
package struct FigureMask {
    let width: Int
    let height: Int
    /// By pixel.
    package var values: [UInt8]

    /// A mask of one value.
    package init(width: Int, height: Int, filledWith value: UInt8 = 0) {
        self.width = width
        self.height = height
        values = [UInt8](repeating: value, count: width * height)
    }

    /// Whether a pixel is more inside than outside.
    @inline(__always)
    subscript(index: Int) -> Bool {
        get { values[index] > 127 }
        set { values[index] = newValue ? 255 : 0 }
    }

    var count: Int { values.reduce(0) { $0 + ($1 > 127 ? 1 : 0) } }

    /// Combines two masks of the same size, pixel by pixel.
    func combined(_ other: FigureMask, _ rule: (Bool, Bool) -> Bool) -> FigureMask {
        var result = self
        for index in values.indices { result[index] = rule(self[index], other[index]) }
        return result
    }

    func union(_ other: FigureMask) -> FigureMask { combined(other) { $0 || $1 } }
    func subtracting(_ other: FigureMask) -> FigureMask { combined(other) { $0 && !$1 } }
    func intersection(_ other: FigureMask) -> FigureMask { combined(other) { $0 && $1 } }
    var inverted: FigureMask {
        var result = self
        for index in values.indices { result[index] = !self[index] }
        return result
    }

    /// The pixels at most so far from one inside.
    func dilated(by radius: Double) -> FigureMask {
        guard radius > 0 else { return self }
        let limit = Int32(min(radius * radius, 1e8))
        return thresholded(squaredDistances) { $0 <= limit }
    }

    /// The pixels farther than this from every one outside; beyond the edge nothing is outside.
    func eroded(by radius: Double) -> FigureMask {
        guard radius > 0 else { return self }
        let limit = Int32(min(radius * radius, 1e8))
        return thresholded(inverted.squaredDistances) { $0 > limit }
    }

    private func thresholded(_ distances: [Int32], _ rule: (Int32) -> Bool) -> FigureMask {
        var result = self
        for index in values.indices { result[index] = rule(distances[index]) }
        return result
    }

    /// The squared distance of each pixel to the nearest one inside: the distance down each
    /// column, then the lower envelope of parabolas along each row (Felzenszwalb and Huttenlocher,
    /// *Distance Transforms of Sampled Functions*, 2012).
    package var squaredDistances: [Int32] {
        let far: Int32 = 20_000
        var down = [Int32](repeating: far, count: width * height)
        for x in 0..<width {
            var last = far
            for y in 0..<height {
                last = self[y * width + x] ? 0 : min(far, last + 1)
                down[y * width + x] = last
            }
            for y in (0..<height).reversed() {
                last = min(last + 1, down[y * width + x])
                down[y * width + x] = last
            }
        }
        var result = down
        var centers = [Int](repeating: 0, count: width)
        var starts = [Int](repeating: 0, count: width)
        for y in 0..<height {
            let row = y * width
            var top = -1
            for x in 0..<width where down[row + x] < far {
                let height = Int(down[row + x]) * Int(down[row + x]) + x * x
                var start = 0
                while top >= 0 {
                    let center = centers[top]
                    let other = Int(down[row + center]) * Int(down[row + center]) + center * center
                    // The first column at which the new parabola is not above the old one.
                    let twice = 2 * (x - center)
                    start = (height - other + twice - 1) / twice
                    if height - other < 0 { start = 0 }
                    if start > starts[top] { break }
                    top -= 1
                }
                if top < 0 { start = 0 }
                guard start < width else { continue }
                top += 1
                centers[top] = x
                starts[top] = start
            }
            guard top >= 0 else {
                for x in 0..<width { result[row + x] = far * far }
                continue
            }
            var segment = 0
            for x in 0..<width {
                while segment < top, starts[segment + 1] <= x { segment += 1 }
                let gap = Int32(x - centers[segment])
                let depth = down[row + centers[segment]]
                result[row + x] = gap * gap + depth * depth
            }
        }
        return result
    }
}

extension FigureMask {
    /// Fills a polygon by the even-odd rule; a pixel is inside if its middle is.
    ///
    /// - Parameter corners: In pixels; middles of pixels are whole numbers.
    mutating func fill(_ corners: [SIMD2<Double>]) {
        guard corners.count > 2 else { return }
        for y in 0..<height {
            var crossings: [Double] = []
            for (index, start) in corners.enumerated() {
                let end = corners[(index + 1) % corners.count]
                let row = Double(y)
                guard (start.y <= row) != (end.y <= row) else { continue }
                crossings.append(start.x + (row - start.y) / (end.y - start.y) * (end.x - start.x))
            }
            crossings.sort()
            for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                let left = max(0, min(Double(width), crossings[pair].rounded(.up)))
                let right = min(Double(width - 1), crossings[pair + 1].rounded(.down))
                guard left <= right else { continue }
                for x in Int(left)...Int(right) { values[y * width + x] = 255 }
            }
        }
    }

    /// Draws a line through points.
    ///
    /// - Parameter thickness: In pixels.
    mutating func stroke(_ points: [SIMD2<Double>], thickness: Double) {
        let radius = thickness / 2
        for (start, end) in zip(points, points.dropFirst()) {
            let low = pointwiseMin(start, end) - radius
            let high = pointwiseMax(start, end) + radius
            let columns = max(0, Int(low.x))..<max(0, min(width, Int(high.x) + 2))
            let rows = max(0, Int(low.y))..<max(0, min(height, Int(high.y) + 2))
            let line = end - start
            let length = (line * line).sum()
            for y in rows {
                for x in columns where columns.lowerBound < columns.upperBound {
                    let offset = SIMD2(Double(x), Double(y)) - start
                    let part = length > 0 ? max(0, min(1, (offset * line).sum() / length)) : 0
                    let gap = offset - line * part
                    if (gap * gap).sum() <= radius * radius { values[y * width + x] = 255 }
                }
            }
        }
    }
}

/// A Gaussian blur of `[height, width]` numbers, the border repeated outward.
struct GaussianBlur {
    private let weights: [Float]

    /// - Parameter deviation: The standard deviation in pixels.
    init(deviation: Double) {
        let radius = max(1, Int(deviation * 3 + 0.5))
        let raw = (-radius...radius).map { offset in
            Curves.exponential(-0.5 * Double(offset * offset) / (deviation * deviation))
        }
        let sum = raw.reduce(0, +)
        weights = raw.map { Float($0 / sum) }
    }

    func blur(_ values: [Float], width: Int, height: Int) -> [Float] {
        let radius = weights.count / 2
        var middle = values
        for y in 0..<height {
            for x in 0..<width {
                var sum: Float = 0
                for tap in 0..<weights.count {
                    let column = min(max(x + tap - radius, 0), width - 1)
                    sum += values[y * width + column] * weights[tap]
                }
                middle[y * width + x] = sum
            }
        }
        var result = [Float](repeating: 0, count: values.count)
        for y in 0..<height {
            for tap in 0..<weights.count {
                let row = min(max(y + tap - radius, 0), height - 1) * width
                let weight = weights[tap]
                for x in 0..<width { result[y * width + x] += middle[row + x] * weight }
            }
        }
        return result
    }

    func blur(_ mask: FigureMask) -> [Float] {
        blur(mask.values.map { Float($0) / 255 }, width: mask.width, height: mask.height)
    }
}
