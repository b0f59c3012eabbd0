package import StyleKit

/// Whether the forms of a picture are those of another one: how alike the changes of lightness are
/// from pixel to pixel, both at the same small size.
package enum FormMeasure {
    /// The short side at which forms are compared: what is smaller is a mark.
    package static let shortSide = 64

    /// The correlation of the gradients: 1 for the same picture, about 0 for any other.
    package static func correlation(_ picture: Picture, _ guide: Picture) -> Double {
        let short = min(guide.width, guide.height)
        let width = guide.width * shortSide / short
        let height = guide.height * shortSide / short
        let own = gradients(shrunk(LabPicture(picture), width: width, height: height), width)
        let wanted = gradients(shrunk(LabPicture(guide), width: width, height: height), width)
        var both = 0.0
        var ownSquares = 0.0
        var wantedSquares = 0.0
        for (left, right) in zip(own, wanted) {
            both += (left * right).sum()
            ownSquares += (left * left).sum()
            wantedSquares += (right * right).sum()
        }
        return both / max((ownSquares * wantedSquares).squareRoot(), 1e-9)
    }

    private static func gradients(_ values: [Float], _ width: Int) -> [SIMD2<Double>] {
        let height = values.count / width
        return (1..<(height - 1)).flatMap { y in
            (1..<(width - 1)).map { x in
                let at = y * width + x
                return SIMD2(
                    Double(values[at + 1] - values[at - 1]),
                    Double(values[at + width] - values[at - width]))
            }
        }
    }

    /// The mean lightness of the fields of a grid.
    private static func shrunk(_ picture: LabPicture, width: Int, height: Int) -> [Float] {
        let values = picture.lightness
        return (0..<height).flatMap { row in
            let rows = span(row, of: height, in: picture.height)
            return (0..<width).map { column in
                let columns = span(column, of: width, in: picture.width)
                var sum: Float = 0
                for y in rows { for x in columns { sum += values[y * picture.width + x] } }
                return sum / Float(rows.count * columns.count)
            }
        }
    }

    private static func span(_ index: Int, of count: Int, in length: Int) -> Range<Int> {
        let start = min(index * length / count, length - 1)
        return start..<max(start + 1, (index + 1) * length / count)
    }
}
