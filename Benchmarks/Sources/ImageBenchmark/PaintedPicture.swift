import StyleKit

/// Works by a painter who is a program: skies, hills and strokes from a seed.
enum PaintedPicture {
    static func work(_ seed: Int, width: Int, height: Int) throws -> Picture {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var pixels = [UInt8](repeating: 255, count: width * height * 4)
        let base = (random(120) + 60, random(120) + 60, random(120) + 60)
        for y in 0..<height {
            for x in 0..<width {
                let wave = (x * 7 + y * 3) % 97 - 48
                let shade = y * 90 / height + wave / 8
                let at = (y * width + x) * 4
                pixels[at] = UInt8(min(255, base.0 + shade))
                pixels[at + 1] = UInt8(min(255, base.1 + shade / 2))
                pixels[at + 2] = UInt8(min(255, max(0, base.2 - shade / 3)))
            }
        }
        for _ in 0..<(width * height / 900) {
            let color = (random(200), random(180), random(160))
            var x = random(width) * 16
            var y = random(height) * 16
            let turn = (random(33) - 16, random(33) - 16)
            for step in 0..<(20 + random(60)) {
                x += turn.0 + step % 5 - 2
                y += turn.1
                for dot in 0..<4 {
                    let column = x / 16 + dot % 2
                    let row = y / 16 + dot / 2
                    guard (0..<width).contains(column), (0..<height).contains(row) else { continue }
                    let at = (row * width + column) * 4
                    pixels[at] = UInt8(color.0)
                    pixels[at + 1] = UInt8(color.1)
                    pixels[at + 2] = UInt8(color.2)
                }
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    /// Three flat fields and a disc.
    static func sketch(side: Int) throws -> Picture {
        let pixels = (0..<(side * side)).flatMap { index -> [UInt8] in
            let x = index % side - side / 3
            let y = index / side - side / 3
            if x * x + y * y < side * side / 30 { return [200, 60, 50, 255] }
            return index / side < side / 2 ? [150, 180, 220, 255] : [90, 110, 70, 255]
        }
        return try Picture(width: side, height: side, pixels: pixels)
    }
}
