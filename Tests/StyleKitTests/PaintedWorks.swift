import StyleKit

/// Works of an imaginary artist, painted from a seed: washes of colour with dark strokes over them.
enum PaintedWorks {
    static func works(
        _ count: Int, width: Int = 96, height: Int = 80, seed: UInt64 = 1
    ) throws -> [StyleWork] {
        try (0..<count).map { index in
            StyleWork(
                id: [UInt8](repeating: UInt8(index + 1), count: 16),
                picture: try picture(width: width, height: height, seed: seed &+ UInt64(index)))
        }
    }

    static func picture(width: Int, height: Int, seed: UInt64) throws -> Picture {
        let turn = Int(seed % 7) + 2
        let step = Int(seed % 5) + 5
        let hue = seed % 3
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let wash = 90 + (x * 60 / width) + (y * 80 / height)
                let isStroke = (x * turn + y * step + (x * y) / 40) % 37 < 5
                let isDot = (x / 9 + y / 7 + Int(seed)) % 11 == 0 && (x % 9) < 4 && (y % 7) < 4
                var color = [wash, wash * 3 / 4, wash / 2]
                if isStroke { color = [40, 30, 45] }
                if isDot { color = [235, 225, 190] }
                let turned = (0..<3).map { color[($0 + Int(hue)) % 3] }
                pixels += turned.map { UInt8($0) } + [255]
            }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    static func flat(
        width: Int, height: Int, _ color: [UInt8] = [120, 80, 60, 255]
    ) throws -> Picture {
        try Picture(
            width: width, height: height,
            pixels: (0..<(width * height)).flatMap { _ in color })
    }
}
