import StyleKit

/// Pictures that are not made of the works' marks: measures must tell them apart.
enum Controls {
    /// Every pixel the mean of a square of seven around it.
    static func blurred(_ picture: Picture) throws -> Picture {
        var pixels = picture.pixels
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let rows = max(0, y - 3)...min(picture.height - 1, y + 3)
                let columns = max(0, x - 3)...min(picture.width - 1, x + 3)
                for lane in 0..<3 {
                    var sum = 0
                    for row in rows {
                        for column in columns {
                            sum += Int(picture.pixels[(row * picture.width + column) * 4 + lane])
                        }
                    }
                    pixels[(y * picture.width + x) * 4 + lane] = UInt8(
                        sum / (rows.count * columns.count))
                }
            }
        }
        return try Picture(width: picture.width, height: picture.height, pixels: pixels)
    }
}
