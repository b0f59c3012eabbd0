import StyleKit

/// Roughed-in sketches: flat areas of colour.
enum Sketches {
    /// The upper half light, the lower half dark, in colours of no work.
    static func twoFields(width: Int, height: Int) throws -> Picture {
        let pixels = (0..<(width * height)).flatMap { index -> [UInt8] in
            index / width < height / 2 ? [230, 220, 200, 255] : [30, 25, 40, 255]
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    /// A dark disc on a light ground: itself a tile.
    static func island(side: Int) throws -> Picture {
        let pixels = (0..<(side * side)).flatMap { index -> [UInt8] in
            let x = index % side * 2 - side
            let y = index / side * 2 - side
            return x * x + y * y < side * side / 3 ? [60, 40, 45, 255] : [190, 170, 130, 255]
        }
        return try Picture(width: side, height: side, pixels: pixels)
    }

    /// A disc of paint on clear paper.
    static func cutOut(side: Int) throws -> Picture {
        let pixels = (0..<(side * side)).flatMap { index -> [UInt8] in
            let x = index % side * 2 - side
            let y = index / side * 2 - side
            return x * x + y * y < side * side / 2 ? [150, 110, 80, 255] : [0, 0, 0, 0]
        }
        return try Picture(width: side, height: side, pixels: pixels)
    }
}
