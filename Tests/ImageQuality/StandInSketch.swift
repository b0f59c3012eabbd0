package import StyleKit

/// A landscape roughed in with flat colours, for who has no sketch at hand.
package enum StandInSketch {
    package static func picture() throws -> Picture {
        let width = 256
        let height = 192
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width { pixels += color(x, y) + [255] }
        }
        return try Picture(width: width, height: height, pixels: pixels)
    }

    private static func color(_ x: Int, _ y: Int) -> [UInt8] {
        func isIn(_ centerX: Int, _ centerY: Int, _ radius: Int) -> Bool {
            (x - centerX) * (x - centerX) + (y - centerY) * (y - centerY) < radius * radius
        }
        if isIn(55, 68, 34) { return [50, 90, 50] }
        if (49..<61).contains(x), (95..<150).contains(y) { return [70, 45, 35] }
        if y >= 60, y < 90, abs(x - 192) < (y - 58) { return [150, 40, 30] }
        if (187..<198).contains(x), (108..<130).contains(y) { return [50, 30, 25] }
        if (170..<215).contains(x), (90..<130).contains(y) { return [190, 150, 120] }
        if y >= 122, abs(x - 140) < 5 + (y - 122) / 3 { return [200, 170, 130] }
        if y >= 118 { return [80, 120, 70] }
        if y >= 75 + abs((x + 30) % 130 - 65) / 2 { return [150, 120, 115] }
        return isIn(120, 30, 18) ? [235, 235, 230] : [140, 190, 215]
    }
}
