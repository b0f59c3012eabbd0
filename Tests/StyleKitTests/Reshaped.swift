import StyleKit

/// What happens to pictures on their way.
enum Reshaped {
    /// Scaled by the mean of the covered area, or between the nearest four.
    static func scaled(_ picture: Picture, width: Int, height: Int) throws -> Picture {
        let isSmaller = width < picture.width
        return try made(width: width, height: height) { x, y, lane in
            let fromX = Double(picture.width) / Double(width)
            let fromY = Double(picture.height) / Double(height)
            guard isSmaller else {
                let left = max(0, (Double(x) + 0.5) * fromX - 0.5)
                let top = max(0, (Double(y) + 0.5) * fromY - 0.5)
                var sum = 0.0
                for dy in 0...1 {
                    for dx in 0...1 {
                        let column = min(picture.width - 1, Int(left) + dx)
                        let row = min(picture.height - 1, Int(top) + dy)
                        let partX = left - left.rounded(.down)
                        let partY = top - top.rounded(.down)
                        let weight =
                            (dx == 1 ? partX : 1 - partX) * (dy == 1 ? partY : 1 - partY)
                        sum +=
                            weight
                            * Double(picture.pixels[(row * picture.width + column) * 4 + lane])
                    }
                }
                return UInt8(sum.rounded())
            }
            var sum = 0
            var count = 0
            for row in Int(
                Double(y) * fromY)..<max(Int(Double(y) * fromY) + 1, Int(Double(y + 1) * fromY))
            {
                for column in Int(
                    Double(x) * fromX)..<max(Int(Double(x) * fromX) + 1, Int(Double(x + 1) * fromX))
                {
                    sum += Int(picture.pixels[(row * picture.width + column) * 4 + lane])
                    count += 1
                }
            }
            return UInt8((sum + count / 2) / count)
        }
    }

    static func cut(_ picture: Picture, x: Int, y: Int, width: Int, height: Int) throws -> Picture {
        try made(width: width, height: height) { column, row, lane in
            picture.pixels[((y + row) * picture.width + x + column) * 4 + lane]
        }
    }

    static func mirrored(_ picture: Picture) throws -> Picture {
        try made(width: picture.width, height: picture.height) { x, y, lane in
            picture.pixels[(y * picture.width + picture.width - 1 - x) * 4 + lane]
        }
    }

    private static func made(
        width: Int, height: Int, _ value: (Int, Int, Int) -> UInt8
    ) throws -> Picture {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * 4)
        for y in 0..<height {
            for x in 0..<width {
                for lane in 0..<4 { pixels.append(value(x, y, lane)) }
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }
}
