/// A character that a program paints, cut out on a transparent ground, and what an artist would
/// mark on it.
///
/// Characters of different numbers differ in build, skin, hair and dress, and a little in where
/// everything is.
public struct PaintedCharacter: Sendable {
    /// A point in pixels from the upper left corner.
    public typealias Point = SIMD2<Double>

    /// Pixels.
    public static let width = 240
    /// Pixels.
    public static let height = 300

    /// Straight RGBA, row-major.
    public private(set) var pixels = [UInt8](
        repeating: 0, count: PaintedCharacter.width * PaintedCharacter.height * 4)
    /// Eyes, mouth, chin, top of head, pit of the neck, shoulders and waist; left ones first.
    public let points: [Point]
    /// A polygon around the head with its hair.
    public let headOutline: [Point]
    /// From the elbow to the fingers.
    public let forearms: [[Point]]
    /// A staff, on every other character.
    public let heldThings: [[Point]]

    /// Paints the character of a number, from 0.
    public init(_ number: Int) {
        func varied(_ base: Double, _ reach: Double, _ salt: Int) -> Double {
            base + reach * (Double((number * 37 + salt * 53) % 101) / 50 - 1)
        }
        let middle = varied(120, 6, 1)
        let face = Point(middle, varied(72, 5, 2))
        let radius = Point(varied(24, 2, 3), varied(30, 2, 4))
        let neck = Point(middle, face.y + radius.y + 16)
        let build = varied(48, 7, 5)
        let waist = neck.y + varied(110, 8, 6)
        let shoulders = (Point(middle - build, neck.y + 10), Point(middle + build, neck.y + 10))
        let waistEnds = (Point(middle - build * 0.66, waist), Point(middle + build * 0.66, waist))
        points = [
            face + Point(-10, -2), face + Point(10, -2), face + Point(0, 14),
            face + Point(0, radius.y), face - Point(0, radius.y + 12), neck, shoulders.0,
            shoulders.1, waistEnds.0, waistEnds.1,
        ]
        let hairReach = radius + Point(8, 12)
        headOutline = [
            (-1, -0.2), (-0.7, -0.75), (0, -1), (0.7, -0.75), (1, -0.2), (0.98, 0.35),
            (0.55, 0.68), (0, 0.74), (-0.55, 0.68), (-0.98, 0.35),
        ].map { face + Point($0.0, $0.1) * hairReach }
        let elbows = (shoulders.0 + Point(-12, 62), shoulders.1 + Point(12, 62))
        forearms = [
            [elbows.0, elbows.0 + Point(10, 28), elbows.0 + Point(22, 54)],
            [elbows.1, elbows.1 + Point(-10, 28), elbows.1 + Point(-22, 54)],
        ]
        let hand = forearms[1][2]
        heldThings =
            number % 2 == 0 ? [] : [[Point(hand.x + 4, 40), Point(hand.x - 2, 290)]]
        let dress = Self.color(number, salt: 7)
        let skin = [224 - Double(number % 4) * 26, 178 - Double(number % 4) * 24, 148.0]
        let hair = Self.color(number, salt: 11).map { $0 * 0.6 }
        paint(dress: dress, skin: skin, hair: hair, face: face, radius: radius)
    }

    /// The landmarks as `atelier works landmarks` reads them, in pixels.
    public var json: String {
        func text(_ point: Point) -> String { "[\(point.x), \(point.y)]" }
        func list(_ parts: [String]) -> String { "[\(parts.joined(separator: ", "))]" }
        let names = [
            "left_eye", "right_eye", "mouth", "chin", "head_top", "neck_pit", "left_shoulder",
            "right_shoulder", "left_waist", "right_waist",
        ]
        var fields = ["\"unit\": \"pixels\"", "\"yaw\": 0"]
        fields += zip(names, points).map { "\"\($0)\": \(text($1))" }
        fields.append("\"head_outline\": \(list(headOutline.map(text)))")
        for (name, strokes) in [("forearms", forearms), ("held_things", heldThings)] {
            fields.append("\"\(name)\": \(list(strokes.map { list($0.map(text)) }))")
        }
        return "{\(fields.joined(separator: ", "))}"
    }

    private static func color(_ number: Int, salt: Int) -> [Double] {
        (0..<3).map { Double(50 + (number * 61 + salt * (29 + $0 * 17)) % 160) }
    }

    private mutating func paint(
        dress: [Double], skin: [Double], hair: [Double], face: Point, radius: Point
    ) {
        let (neck, left, right) = (points[5], points[6], points[7])
        let trunk = [
            left, Point(neck.x - 14, neck.y - 2), Point(neck.x + 14, neck.y - 2), right, points[9],
            Point(points[9].x + 14, 299), Point(points[8].x - 14, 299), points[8],
        ]
        oval(at: face + Point(0, 2), radius + Point(8, 12) * 0.98, hair)
        stroke([face + Point(0, radius.y - 6), neck], 22, skin)
        for (arm, shoulder) in zip(forearms, [left, right]) {
            stroke([shoulder, arm[0]], 24, dress.map { $0 * 0.8 })
            stroke(arm, 16, skin)
        }
        fill(trunk, dress)
        for band in 0..<4 {
            let y = neck.y + 30 + Double(band) * 24
            stroke([Point(left.x + 14, y), Point(right.x - 14, y + 6)], 4, dress.map { $0 * 0.55 })
        }
        for thing in heldThings { stroke(thing, 6, [96, 64, 40]) }
        oval(at: face, radius, skin)
        oval(at: face - Point(0, radius.y * 0.9), Point(radius.x, radius.y * 0.42), hair)
        for eye in points[..<2] { oval(at: eye, Point(3, 2.4), [30, 26, 40]) }
        stroke([points[2] + Point(-6, 0), points[2] + Point(6, 0)], 3, [140, 50, 56])
    }

    private mutating func oval(at middle: Point, _ radius: Point, _ color: [Double]) {
        cover(color) { place in
            let offset = (place - middle) / radius
            return (offset * offset).sum() <= 1
        }
    }

    private mutating func stroke(_ line: [Point], _ thickness: Double, _ color: [Double]) {
        cover(color) { place in
            zip(line, line.dropFirst()).contains { start, end in
                let span = end - start
                let part = ((place - start) * span).sum() / max(1, (span * span).sum())
                let gap = place - start - span * min(1, max(0, part))
                return (gap * gap).sum() * 4 <= thickness * thickness
            }
        }
    }

    private mutating func fill(_ corners: [Point], _ color: [Double]) {
        cover(color) { place in
            var isInside = false
            for (start, end) in zip(corners, corners.dropFirst() + corners.prefix(1))
            where (start.y > place.y) != (end.y > place.y) {
                let across = (place.y - start.y) / (end.y - start.y) * (end.x - start.x)
                if place.x < start.x + across { isInside.toggle() }
            }
            return isInside
        }
    }

    /// Paints where a shape is, with light from the upper left and a grain.
    private mutating func cover(_ color: [Double], _ isInside: (Point) -> Bool) {
        for y in 0..<Self.height {
            for x in 0..<Self.width where isInside(Point(Double(x) + 0.5, Double(y) + 0.5)) {
                let grain = Double((x * 7 + y * 13 + x * y / 9) % 11) - 5
                let light = 14 - Double(x + y) / 20 + grain
                let start = (y * Self.width + x) * 4
                for lane in 0..<3 {
                    pixels[start + lane] = UInt8(max(0, min(255, color[lane] + light)))
                }
                pixels[start + 3] = 255
            }
        }
    }
}
