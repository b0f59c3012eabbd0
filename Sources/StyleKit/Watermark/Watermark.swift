/// The visible mark on a picture for which nobody has answered yet.
///
/// A dark ribbon along the lower edge reads *ATELIER · NOT COUNTERSIGNED*, or *ATELIER* where the
/// picture is narrow. The name runs slanted over all of the picture, thin and see-through, so
/// that a crop worth having still shows it.
public enum Watermark {
    private static let words = "ATELIER · NOT COUNTERSIGNED"
    private static let shortWords = "ATELIER"
    private static let name = "atelier"
    /// How far names are apart, in parts of the short side.
    private static let spacing: Float = 0.44
    /// How high a capital would be, in parts of the short side.
    private static let nameSize: Float = 0.042
    private static let slant: Float = 24

    /// The picture with the mark; every picture of at least 48 × 16 pixels shows letters.
    ///
    /// - Parameter picture: Any picture; alpha is kept, and the mark shows on clear parts too.
    public static func stamp(_ picture: Picture) -> Picture {
        var sheet = MarkedSheet(picture)
        names(&sheet)
        ribbon(&sheet)
        return sheet.picture
    }

    private static func ribbon(_ sheet: inout MarkedSheet) {
        let short = Float(min(sheet.width, sheet.height))
        let room = Float(sheet.width) - 6
        let wished = max(5, short * 0.018)
        let isWide = Lettering.width(of: words, size: wished) <= room
        let text = isWide ? words : shortWords
        let size = min(wished, room * wished / max(1, Lettering.width(of: text, size: wished)))
        let height = min(sheet.height, max(1, Int(size * 2.6)))
        let top = sheet.height - height
        for y in top..<sheet.height {
            // A light rule, or the ribbon would not be seen on black.
            let isRule = y == top
            for x in 0..<sheet.width {
                sheet.blend(x: x, y: y, gray: isRule ? 255 : 20, strength: isRule ? 110 : 172)
            }
        }
        let left = (Float(sheet.width) - Lettering.width(of: text, size: size)) / 2
        let base = Float(top) + (Float(height) + size) / 2
        let strokes = Lettering.strokes(of: text, size: size) { SIMD2(left + $0.x, base - $0.y) }
        for glyph in strokes {
            sheet.stroke(
                Pen(strokes: glyph, width: max(1, size * 0.13)), gray: 255, strength: 240)
        }
    }

    /// Light letters with a dark rim, so that they show on any ground.
    private static func names(_ sheet: inout MarkedSheet) {
        let short = Float(min(sheet.width, sheet.height))
        let size = max(5, short * nameSize)
        let step = max(short * spacing, Lettering.width(of: name, size: size) * 1.4)
        let half = Lettering.width(of: name, size: size) / 2
        let (cosine, sine) = Turn.cosineAndSine(degrees: slant)
        let rows = Int((Float(sheet.height) / step).rounded(.up))
        let columns = Int((Float(sheet.width) / step).rounded(.up))
        for row in 0..<max(1, rows) {
            for column in 0...columns {
                let offset: Float = row.isMultiple(of: 2) ? 0.5 : 0
                let middle = SIMD2(
                    (Float(column) + offset) * step, (Float(row) + 0.5) * step)
                let strokes = Lettering.strokes(of: name, size: size) { point in
                    let (x, y) = (point.x - half, size * 0.35 - point.y)
                    return SIMD2(
                        middle.x + x * cosine + y * sine, middle.y - x * sine + y * cosine)
                }
                for glyph in strokes {
                    sheet.stroke(
                        Pen(strokes: glyph, width: max(2.4, size * 0.26)), gray: 0, strength: 38)
                    sheet.stroke(
                        Pen(strokes: glyph, width: max(1, size * 0.1)), gray: 255, strength: 105)
                }
            }
        }
    }
}
