/// A picture that is being marked.
struct MarkedSheet {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(_ picture: Picture) {
        width = picture.width
        height = picture.height
        pixels = picture.pixels
    }

    var picture: Picture { Picture(checkedWidth: width, height: height, pixels: pixels) }

    /// Draws with a translucent grey pen.
    mutating func stroke(_ pen: Pen, gray: Int, strength: Float) {
        var covered: [(Int, Int, Float)] = []
        pen.cover(width: width, height: height) { covered.append(($0, $1, $2)) }
        for (x, y, part) in covered {
            blend(x: x, y: y, gray: gray, strength: Int(strength * part))
        }
    }

    /// Lays a translucent grey over one pixel; outside the picture nothing happens.
    mutating func blend(x: Int, y: Int, gray: Int, strength: Int) {
        guard x >= 0, y >= 0, x < width, y < height, strength > 0 else { return }
        let base = (y * width + x) * 4
        let below = Int(pixels[base + 3]) * (255 - strength) / 255
        let alpha = strength + below
        for lane in 0..<3 {
            let mixed = (gray * strength + Int(pixels[base + lane]) * below + alpha / 2) / alpha
            pixels[base + lane] = UInt8(min(255, mixed))
        }
        pixels[base + 3] = UInt8(min(255, alpha))
    }
}
