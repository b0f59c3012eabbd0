/// PSD files that a test puts together: 8-bit RGB, a merged picture on white, and layers.
enum HandMadePhotoshop {
    /// A layer over the whole canvas: its name and its transparency, `[height, width]`.
    typealias Layer = (name: String, alphas: [UInt8])

    /// - Parameters:
    ///   - pixels: `[height, width, 4]`, straight RGBA.
    ///   - layers: The lowest first; their colours are black.
    static func file(
        width: Int, height: Int, pixels: [UInt8], layers: [Layer] = []
    ) -> [UInt8] {
        var file = Array("8BPS".utf8) + number(1, 2) + [0, 0, 0, 0, 0, 0] + number(4, 2)
        file += number(height, 4) + number(width, 4) + number(8, 2) + number(3, 2)
        file += number(0, 4) + number(0, 4)
        let section = section(width, height, layers)
        file += number(section.count, 4) + section + number(0, 2)
        for channel in 0..<4 {
            file += (0..<(width * height)).map { index in
                let alpha = Int(pixels[index * 4 + 3])
                let value = Int(pixels[index * 4 + channel])
                return channel == 3
                    ? UInt8(alpha) : UInt8((value * alpha + 255 * (255 - alpha) + 127) / 255)
            }
        }
        return file
    }

    private static func section(_ width: Int, _ height: Int, _ layers: [Layer]) -> [UInt8] {
        // Negative: the fourth channel of the merged picture is its transparency.
        var body = number(0x10000 - max(1, layers.count), 2)
        for layer in layers {
            body += number(0, 4) + number(0, 4) + number(height, 4) + number(width, 4)
            body += number(4, 2) + number(0xFFFF, 2) + number(layer.alphas.count + 2, 4)
            for color in 0..<3 { body += number(color, 2) + number(layer.alphas.count + 2, 4) }
            let name = Array(layer.name.utf8)
            let text = [UInt8(name.count)] + name
            let padded = text + [UInt8](repeating: 0, count: (4 - text.count % 4) % 4)
            body += Array("8BIMnorm".utf8) + [255, 0, 0, 0]
            body += number(8 + padded.count, 4) + number(0, 4) + number(0, 4) + padded
        }
        for layer in layers {
            let black = [UInt8](repeating: 0, count: layer.alphas.count)
            body += [0, 0] + layer.alphas + [0, 0] + black + [0, 0] + black + [0, 0] + black
        }
        if body.count % 2 == 1 { body.append(0) }
        return number(body.count, 4) + body + number(0, 4)
    }

    static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
