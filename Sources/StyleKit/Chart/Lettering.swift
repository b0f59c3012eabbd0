/// The letters of charts and marks, drawn for them as strokes: no font file is needed.
///
/// A glyph is written as strokes apart by `|`. A stroke is a run of points `x,y`, or an arc
/// `@x,y,rx,ry,from,to` with its angles in degrees, counter-clockwise from the right. The base line
/// is 0, capitals are 10 high, small letters 7.
enum Lettering {
    /// One glyph: its strokes as runs of points, and how far the next one is moved on.
    struct Glyph {
        let strokes: [[SIMD2<Float>]]
        let advance: Float
    }

    private static let gap: Float = 2.3
    private static let arcStep: Float = 9

    /// What is not known is drawn as a box.
    static func glyph(of letter: Character) -> Glyph {
        if let glyph = glyphs[letter] { return glyph }
        if let (base, accent) = GlyphShapes.accented[letter], let below = glyphs[base] {
            return joined(below, accent: accent, isTall: base.isUppercase)
        }
        return unknown
    }

    /// The width of a line of text whose capitals are `size` high, in the same unit.
    static func width(of text: String, size: Float) -> Float {
        let sum = text.reduce(Float(0)) { $0 + glyph(of: $1).advance }
        return max(0, sum - gap) * size / 10
    }

    /// The strokes of a line of text, glyph by glyph, each point moved to its place.
    ///
    /// Points come from the text's left end on its base line, upwards positive.
    static func strokes(
        of text: String, size: Float, _ placed: (SIMD2<Float>) -> SIMD2<Float>
    ) -> [[[SIMD2<Float>]]] {
        var left: Float = 0
        let scale = size / 10
        return text.map { letter in
            let glyph = glyph(of: letter)
            defer { left += glyph.advance * scale }
            return glyph.strokes.map { stroke in
                stroke.map { placed(SIMD2(left + $0.x * scale, $0.y * scale)) }
            }
        }
    }

    private static let unknown = parsed("0,0 0,10 6,10 6,0 0,0")

    private static let glyphs: [Character: Glyph] = GlyphShapes.shapes.mapValues(parsed)

    private static func joined(_ base: Glyph, accent: String, isTall: Bool) -> Glyph {
        let mark = parsed(GlyphShapes.accents[accent] ?? "")
        let middle = (base.advance - gap) / 2
        let lift: Float = isTall ? 3.2 : 0
        let moved = mark.strokes.map { stroke in
            stroke.map { SIMD2($0.x + middle, $0.y + ($0.y > 0 ? lift : 0)) }
        }
        return Glyph(strokes: base.strokes + moved, advance: base.advance)
    }

    private static func parsed(_ shape: String) -> Glyph {
        guard !shape.isEmpty else { return Glyph(strokes: [], advance: 1.4 + gap) }
        let strokes = shape.split(separator: "|").map(stroke)
        let widest = strokes.flatMap { $0.map(\.x) }.max() ?? 1.6
        return Glyph(strokes: strokes, advance: widest + gap)
    }

    private static func stroke(_ text: Substring) -> [SIMD2<Float>] {
        guard text.hasPrefix("@") else {
            return text.split(separator: " ").map { point in
                let numbers = point.split(separator: ",").compactMap { Float($0) }
                return numbers.count == 2 ? SIMD2(numbers[0], numbers[1]) : SIMD2()
            }
        }
        let numbers = text.dropFirst().split(separator: ",").compactMap { Float($0) }
        guard numbers.count == 6 else { return [] }
        let steps = max(2, Int(abs(numbers[5] - numbers[4]) / arcStep))
        return (0...steps).map { step in
            let angle = numbers[4] + (numbers[5] - numbers[4]) * Float(step) / Float(steps)
            let (cosine, sine) = Turn.cosineAndSine(degrees: angle)
            return SIMD2(numbers[0] + numbers[2] * cosine, numbers[1] + numbers[3] * sine)
        }
    }
}
