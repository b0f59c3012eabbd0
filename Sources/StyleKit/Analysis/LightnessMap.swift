/// The lightness of a picture, `[height, width]`, 0 to 255: an integer image for measuring.
struct LightnessMap {
    let width: Int
    let height: Int
    var values: [Int]

    init(_ features: Canvas) {
        width = features.width
        height = features.height
        values = (0..<(width * height)).map { Int(features.pixels[$0].x) }
    }

    /// The box blur over squares of `2 * radius + 1`, cropped at the border, by a summed-area
    /// table.
    func blurred(radius: Int) -> LightnessMap {
        var result = self
        var sums = [Int](repeating: 0, count: (width + 1) * (height + 1))
        for y in 0..<height {
            var row = 0
            for x in 0..<width {
                row += values[y * width + x]
                sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row
            }
        }
        for y in 0..<height {
            let top = max(0, y - radius) * (width + 1)
            let bottom = min(height, y + radius + 1) * (width + 1)
            for x in 0..<width {
                let left = max(0, x - radius)
                let right = min(width, x + radius + 1)
                let sum =
                    sums[bottom + right] - sums[bottom + left] - sums[top + right]
                    + sums[top + left]
                let count = (right - left) * ((bottom - top) / (width + 1))
                result.values[y * width + x] = (sum + count / 2) / count
            }
        }
        return result
    }

    /// The Sobel gradient along one axis at a pixel that is not on the border.
    func slope(x: Int, y: Int, dx: Int, dy: Int) -> Int {
        let at = y * width + x
        let along = dy * width + dx
        let beside = dx * width + dy
        let ahead =
            values[at + along] * 2 + values[at + along - beside]
            + values[at + along + beside]
        let behind =
            values[at - along] * 2 + values[at - along - beside]
            + values[at - along + beside]
        return ahead - behind
    }

    /// The length, up to about `limit`, of the run of set pixels through this one in a direction.
    func run(of isSet: [Bool], x: Int, y: Int, dx: Int, dy: Int, atMost limit: Int) -> Int {
        var length = 1
        for direction in [-1, 1] {
            var column = x + dx * direction
            var row = y + dy * direction
            while length < limit, column >= 0, column < width, row >= 0, row < height,
                isSet[row * width + column]
            {
                length += 1
                column += dx * direction
                row += dy * direction
            }
        }
        return length
    }
}
