import StyleKit

/// What tests measure in pictures.
enum Measures {
    /// Mean brightness of every field of a grid, row by row.
    static func grid(of picture: Picture, columns: Int, rows: Int) -> [Double] {
        let across = (0..<columns).map { part in
            (part * picture.width / columns)..<((part + 1) * picture.width / columns)
        }
        return (0..<rows).flatMap { row in
            let down = (row * picture.height / rows)..<((row + 1) * picture.height / rows)
            return across.map { brightness(of: picture, x: $0, y: down) }
        }
    }

    /// Mean and standard deviation of the brightness of all pixels, 0 to 255.
    static func tones(of picture: Picture) -> (mean: Double, contrast: Double) {
        let values = stride(from: 0, to: picture.pixels.count, by: 4).map { base in
            Double(picture.pixels[base..<(base + 3)].reduce(0) { $0 + Int($1) }) / 3
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    static func brightness(of picture: Picture, x: Range<Int>, y: Range<Int>) -> Double {
        var sum = 0
        for row in y {
            for column in x {
                let base = (row * picture.width + column) * 4
                sum +=
                    Int(picture.pixels[base]) + Int(picture.pixels[base + 1])
                    + Int(picture.pixels[base + 2])
            }
        }
        return Double(sum) / Double(x.count * y.count * 3)
    }

    /// How far 7 × 7 patches of a picture are from the nearest patch of any work: root mean square
    /// in 8-bit sRGB, for a grid of patches, sorted.
    static func distances(from picture: Picture, to works: [Picture], step: Int) -> [Double] {
        var result: [Double] = []
        for y in stride(from: 0, through: picture.height - 7, by: step) {
            for x in stride(from: 0, through: picture.width - 7, by: step) {
                var best = Int.max
                for work in works {
                    for isMirrored in [false, true] {
                        best = min(
                            best,
                            nearest(picture, x, y, in: work, isMirrored: isMirrored, below: best))
                    }
                }
                result.append((Double(best) / 147).squareRoot())
            }
        }
        return result.sorted()
    }

    private static func nearest(
        _ picture: Picture, _ x: Int, _ y: Int, in work: Picture, isMirrored: Bool, below: Int
    ) -> Int {
        var best = below
        picture.pixels.withUnsafeBufferPointer { target in
            work.pixels.withUnsafeBufferPointer { source in
                for workY in 0...(work.height - 7) {
                    for workX in 0...(work.width - 7) {
                        var sum = 0
                        var row = 0
                        while row < 7, sum < best {
                            for column in 0..<7 {
                                let across = isMirrored ? 6 - column : column
                                let from = ((workY + row) * work.width + workX + across) * 4
                                let to = ((y + row) * picture.width + x + column) * 4
                                for lane in 0..<3 {
                                    let gap = Int(source[from + lane]) - Int(target[to + lane])
                                    sum += gap * gap
                                }
                            }
                            row += 1
                        }
                        best = min(best, sum)
                    }
                }
            }
        }
        return best
    }
}
