package import StyleKit

/// Many small pictures on one sheet, in rows.
package enum ContactSheet {
    private static let gap = 6

    /// Lays pictures out in rows of four, each row group after a gap.
    ///
    /// - Parameters:
    ///   - groups: One list for each mode.
    ///   - cell: The width and height of the field of each picture, in pixels.
    package static func picture(
        _ groups: [[Picture]], cell: (width: Int, height: Int)
    ) throws -> Picture {
        let columns = 4
        let rows = groups.map { ($0.count + columns - 1) / columns }.reduce(0, +)
        let width = columns * (cell.width + gap) + gap
        let height = rows * (cell.height + gap) + (groups.count + 1) * gap
        var pixels = [UInt8](repeating: 255, count: width * height * 4)
        var top = gap
        for group in groups {
            for (index, picture) in group.enumerated() {
                let x = gap + index % columns * (cell.width + gap)
                let y = top + index / columns * (cell.height + gap)
                paste(picture, into: &pixels, width: width, x: x, y: y, cell: cell)
            }
            top += (group.count + columns - 1) / columns * (cell.height + gap) + gap
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    /// Fits a picture into a field, on white, by means of squares.
    private static func paste(
        _ picture: Picture, into pixels: inout [UInt8], width: Int, x: Int, y: Int,
        cell: (width: Int, height: Int)
    ) {
        let scale = min(
            Double(cell.width) / Double(picture.width), Double(cell.height) / Double(picture.height)
        )
        let wide = max(1, Int(Double(picture.width) * scale))
        let high = max(1, Int(Double(picture.height) * scale))
        for row in 0..<high {
            let rows = span(row, of: high, in: picture.height)
            for column in 0..<wide {
                let columns = span(column, of: wide, in: picture.width)
                var sums = [0, 0, 0]
                for sourceY in rows {
                    for sourceX in columns {
                        let base = (sourceY * picture.width + sourceX) * 4
                        let alpha = Int(picture.pixels[base + 3])
                        for lane in 0..<3 {
                            sums[lane] +=
                                Int(picture.pixels[base + lane]) * alpha + 255 * (255 - alpha)
                        }
                    }
                }
                let count = rows.count * columns.count * 255
                let target = ((y + row) * width + x + column) * 4
                for lane in 0..<3 { pixels[target + lane] = UInt8(sums[lane] / count) }
            }
        }
    }

    private static func span(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
        let start = min(index * length / count, length - 1)
        return start..<max(start + 1, (index + 1) * length / count)
    }
}
