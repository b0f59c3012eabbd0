/// The letters of charts and watermarks: a stroke font in code, so that no font file is needed.
///
/// A glyph is a list of strokes separated by `|`. A stroke is a list of points `x,y`, or an
/// elliptical arc `@x,y,rx,ry,from,to` with angles in degrees, counter-clockwise from the right.
/// The base line is at 0, capitals are 10 high, small letters 7.
enum StrokeFont {
    /// The strokes of a glyph as lists of points, and the distance to the next glyph.
    struct Glyph {
        let strokes: [[SIMD2<Float>]]
        let advance: Float
    }

    private static let gap: Float = 2.3
    private static let arcStep: Float = 9

    /// The glyph of a character; a box for an unknown one.
    static func glyph(of letter: Character) -> Glyph {
        if let glyph = glyphs[letter] { return glyph }
        if let (base, accent) = GlyphShapes.accented[letter], let below = glyphs[base] {
            return joined(below, accent: accent, isTall: base.isUppercase)
        }
        return unknown
    }

    /// The width of a line of text whose capitals are `size` high, in the unit of `size`.
    static func width(of text: String, size: Float) -> Float {
        let sum = text.reduce(Float(0)) { $0 + glyph(of: $1).advance }
        return max(0, sum - gap) * size / 10
    }

    /// The strokes of a line of text, glyph by glyph, each point mapped by `placed`.
    ///
    /// Points are relative to the left end of the text on its base line, y upwards.
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
            let (cosine, sine) = Trigonometry.cosineAndSine(degrees: angle)
            return SIMD2(numbers[0] + numbers[2] * cosine, numbers[1] + numbers[3] * sine)
        }
    }
}

/// The strokes of every letter, see ``StrokeFont``.
enum GlyphShapes {
    static let shapes: [Character: String] = capitals.merging(small) { first, _ in first }
        .merging(digits) { first, _ in first }.merging(signs) { first, _ in first }

    private static let capitals: [Character: String] = [
        "A": "0,0 4,10 8,0|1.4,3.4 6.6,3.4",
        "B": "0,0 0,10|0,10 3.6,10|0,5.3 3.8,5.3|0,0 3.8,0|@3.6,7.65,2.5,2.35,-90,90"
            + "|@3.8,2.65,2.9,2.65,-90,90",
        "C": "@4.8,5,4.8,5,48,312", "D": "0,0 0,10|0,10 3,10|0,0 3,0|@3,5,4.8,5,-90,90",
        "E": "6,10 0,10 0,0 6,0|0,5.2 5,5.2", "F": "6,10 0,10 0,0|0,5.2 5,5.2",
        "G": "@5,5,5,5,48,360|10,5 6,5", "H": "0,0 0,10|7,0 7,10|0,5.2 7,5.2", "I": "0,0 0,10",
        "J": "4,10 4,2.6|@1.9,2.6,2.1,2.6,200,360", "K": "0,0 0,10|6,10 0,4|2.2,6.2 6.6,0",
        "L": "0,10 0,0 5.6,0", "M": "0,0 0,10 4.4,3 8.8,10 8.8,0", "N": "0,0 0,10 7,0 7,10",
        "O": "@5.1,5,5.1,5,0,360",
        "P": "0,0 0,10|0,10 3.6,10|0,4.6 3.6,4.6"
            + "|@3.6,7.3,2.8,2.7,-90,90",
        "Q": "@5.1,5,5.1,5,0,360|6.6,2.8 9.8,-0.6",
        "R": "0,0 0,10|0,10 3.6,10|0,4.6 3.6,4.6|@3.6,7.3,2.8,2.7,-90,90|3.4,4.6 6.6,0",
        "S": "@3.2,7.5,2.9,2.5,30,270|@3.2,2.5,3.2,2.5,90,-150", "T": "0,10 7.4,10|3.7,10 3.7,0",
        "U": "0,10 0,3.4|7,10 7,3.4|@3.5,3.4,3.5,3.4,180,360", "V": "0,10 4,0 8,10",
        "W": "0,10 2.8,0 5.6,9 8.4,0 11.2,10", "X": "0,0 7.2,10|0,10 7.2,0",
        "Y": "0,10 3.8,4.8 7.6,10|3.8,4.8 3.8,0", "Z": "0,10 6.8,10 0,0 6.8,0",
    ]

    private static let small: [Character: String] = [
        "a": "@3.2,3.5,3.2,3.5,0,360|6.4,7 6.4,0", "b": "0,10.4 0,0|@3.2,3.5,3.2,3.5,0,360",
        "c": "@3.2,3.5,3.2,3.5,50,310", "d": "6.4,10.4 6.4,0|@3.2,3.5,3.2,3.5,0,360",
        "e": "0.1,3.6 6.4,3.6|@3.2,3.5,3.2,3.5,0,318",
        "f": "1.4,0 1.4,8|@3.6,8,2.2,2.4,80,180"
            + "|0,7 3.8,7",
        "g": "@3.2,3.5,3.2,3.5,0,360|6.4,7 6.4,-0.4|@3.2,-0.4,3.2,2.8,205,360",
        "h": "0,10.4 0,0|6,3.8 6,0|@3,3.8,3,3.2,0,180", "i": "0,0 0,7|0,9.4 0,9.6",
        "j": "1.6,7 1.6,-0.8|@0,-0.8,1.6,2.2,250,360|1.6,9.4 1.6,9.6",
        "k": "0,10.4 0,0|5,7 0,2.8|1.9,4.4 5.4,0", "l": "0,10.4 0,0",
        "m": "0,7 0,0|4.6,4.2 4.6,0|9.2,4.2 9.2,0|@2.3,4.2,2.3,2.8,0,180|@6.9,4.2,2.3,2.8,0,180",
        "n": "0,7 0,0|6,3.8 6,0|@3,3.8,3,3.2,0,180", "o": "@3.3,3.5,3.3,3.5,0,360",
        "p": "0,7 0,-3.2|@3.2,3.5,3.2,3.5,0,360", "q": "6.4,7 6.4,-3.2|@3.2,3.5,3.2,3.5,0,360",
        "r": "0,7 0,0|@2.6,4,2.6,3,58,180",
        "s": "@2.4,5.25,2.2,1.75,30,270"
            + "|@2.4,1.75,2.4,1.75,90,-150",
        "t": "1.6,9.4 1.6,2|@3.5,2,1.9,2,180,285|0,7 3.9,7",
        "u": "0,7 0,3.2|6,7 6,0|@3,3.2,3,3.2,180,360", "v": "0,7 3,0 6,7",
        "w": "0,7 2.2,0 4.4,6.2 6.6,0 8.8,7", "x": "0,0 5.4,7|0,7 5.4,0",
        "y": "0,7 3.1,0|6,7 1.8,-3.2", "z": "0,7 5.2,7 0,0 5.2,0",
        "ß": "0,0 0,7.6|@2.4,7.8,2.4,2.6,0,180|4.8,7.8 2.2,5.6|@2.6,2.8,3,2.8,90,-130",
        "ı": "0,0 0,7",
    ]

    private static let digits: [Character: String] = [
        "0": "@3.3,5,3.3,5,0,360", "1": "0.4,8.2 2.8,10 2.8,0",
        "2": "@3.1,7.1,3,2.9,165,-35|5.56,5.44 0,0 6.3,0",
        "3": "@3,7.6,2.7,2.4,150,-90|@3,2.6,3.1,2.6,90,-150", "4": "4.8,0 4.8,10 0,3 6.8,3",
        "5": "5.8,10 1,10 0.55,5.3|@3,3.2,3.2,3.2,140,-145",
        "6": "@3.2,3.2,3.2,3.2,0,360|0.1,3.9 4.2,10", "7": "0,10 6.2,10 2,0",
        "8": "@3.2,7.6,2.6,2.4,0,360|@3.2,2.6,3.2,2.6,0,360",
        "9": "@3.2,6.8,3.2,3.2,0,360|6.3,6.1 2.2,0",
    ]

    private static let signs: [Character: String] = [
        " ": "", ".": "0.3,0.2 0.3,0.3", ",": "0.6,0.3 0.1,-1.6",
        ":": "0.3,0.3 0.3,0.4"
            + "|0.3,5.6 0.3,5.7",
        ";": "0.6,0.3 0.1,-1.6|0.6,5.6 0.6,5.7", "-": "0,3.8 3.2,3.8", "–": "0,3.8 5,3.8",
        "—": "0,3.8 8,3.8", "+": "0,4 5.6,4|2.8,1.2 2.8,6.8", "=": "0,2.6 5.6,2.6|0,5.4 5.6,5.4",
        "/": "0,-1 4,11", "\\": "0,11 4,-1", "(": "@3.2,4.6,3.2,6.4,120,240",
        ")": "@-1,4.6,3.2,6.4,-60,60", "[": "2.4,11 0,11 0,-2 2.4,-2",
        "]": "0,11 2.4,11 2.4,-2 0,-2",
        "{": "2.8,11 1.4,10 1.4,6 0,4.5 1.4,3 1.4,-1 2.8,-2",
        "}": "0,11 1.4,10 1.4,6 2.8,4.5 1.4,3 1.4,-1 0,-2",
        "%": "0.6,0 6.8,10|@1.8,8,1.8,2,0,360|@5.8,2,1.8,2,0,360",
        "‰": "0.6,0 6.8,10|@1.8,8,1.8,2,0,360|@5.8,2,1.8,2,0,360|@10.6,2,1.8,2,0,360",
        "#": "1.6,0 2.8,10|4.8,0 6,10|0,3.2 7,3.2|0.6,6.8 7.6,6.8",
        "&": "7.4,0 1.6,6.9|@3,7.8,1.9,2.2,-150,0|@3,7.8,1.9,2.2,0,210|4.6,6.6 1.4,4.6"
            + "|@2.8,2.5,2.8,2.5,120,300|4.2,0.3 7,4.6",
        "'": "0,10.2 0,7.4", "\"": "0,10.2 0,7.4|2.4,10.2 2.4,7.4", "’": "0.6,10 0.1,7.8",
        "‘": "0.1,10 0.6,7.8", "“": "0.1,10 0.6,7.8|2.5,10 3,7.8",
        "”": "0.6,10 0.1,7.8|3,10 2.5,7.8",
        "!": "0.3,10 0.3,3.2|0.3,0.2 0.3,0.3",
        "?": "@2.8,7.3,2.8,2.7,165,-60|4.2,5 2.8,3.2"
            + "|2.8,0.2 2.8,0.3",
        "*": "2.2,10 2.2,5.6|0.3,8.9 4.1,6.7|0.3,6.7 4.1,8.9", "<": "5,7 0,4 5,1",
        ">": "0,7 5,4 0,1",
        "_": "0,-1.6 6,-1.6", "|": "0,11.4 0,-2.4", "~": "0,3.4 1.6,4.8 3.8,3.2 5.4,4.6",
        "^": "0,7 2.2,10 4.4,7", "`": "0,10.4 1.6,8.6",
        "@":
            "@5.4,4.4,5.4,5.4,-50,300|@5.3,4.4,2.3,2.5,0,360|7.6,7 7.6,3.2|"
            + "@9.1,3.4,1.5,1.7,180,360",
        "$": "@3.2,7.2,2.9,2.2,30,270|@3.2,2.7,3.2,2.3,90,-150|3.2,11.2 3.2,-1.2",
        "°": "@1.6,8.4,1.6,1.7,0,360", "×": "0,1.6 5,6.6|0,6.6 5,1.6", "·": "0.4,3.8 0.4,3.9",
        "…": "0.3,0.2 0.3,0.3|3,0.2 3,0.3|5.7,0.2 5.7,0.3",
    ]

    /// Accents, relative to the middle of a small letter.
    static let accents: [String: String] = [
        "acute": "-0.8,8.6 0.9,10.4", "grave": "-0.9,10.4 0.8,8.6",
        "hat": "-1.6,8.5 0,10.2 1.6,8.5", "caron": "-1.6,10.2 0,8.5 1.6,10.2",
        "dots": "-1.5,9.3 -1.5,9.5|1.5,9.3 1.5,9.5", "ring": "@0,9.6,1.1,1.1,0,360",
        "tilde": "-1.8,8.9 -0.7,9.7 0.7,8.9 1.8,9.7", "tail": "0,0 0.7,-1.2 -0.3,-2.4",
        "bar": "-1.8,9.2 1.8,9.2",
    ]

    static let accented: [Character: (Character, String)] = {
        let rows: [(String, String, String)] = [
            ("acute", "ÁÉÍÓÚÝĆŃŚŹáéíóúýćńśź", "AEIOUYCNSZaeıouycnsz"),
            ("grave", "ÀÈÌÒÙàèìòù", "AEIOUaeıou"), ("hat", "ÂÊÎÔÛâêîôû", "AEIOUaeıou"),
            ("caron", "ČĚŇŘŠŽčěňřšž", "CENRSZcenrsz"), ("dots", "ÄËÏÖÜŸäëïöüÿ", "AEIOUYaeıouy"),
            ("ring", "ÅŮåů", "AUau"), ("tilde", "ÃÑÕãñõ", "ANOano"), ("tail", "ÇŞçş", "CScs"),
            ("bar", "ĀĒĪŌŪāēīōū", "AEIOUaeıou"),
        ]
        var result: [Character: (Character, String)] = [:]
        for (accent, letters, bases) in rows {
            for (letter, base) in zip(letters, bases) { result[letter] = (base, accent) }
        }
        return result
    }()
}
