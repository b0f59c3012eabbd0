/// The visible watermark of a picture that was not countersigned yet.
///
/// A dark banner along the lower edge reads *ATELIER · NOT COUNTERSIGNED*, or *ATELIER* where the
/// picture is narrow. The name runs diagonally over all of the picture, thin and translucent, so
/// that a useful crop still shows it.
public enum Watermark {
    private static let words = "ATELIER · NOT COUNTERSIGNED"
    private static let shortWords = "ATELIER"
    private static let name = "atelier"
    /// The distance between names, as a part of the short side.
    private static let spacing: Float = 0.44
    /// The height of a capital, as a part of the short side.
    private static let nameSize: Float = 0.042
    private static let slant: Float = 24

    /// The picture with the watermark, which is legible from 48 × 16 pixels.
    ///
    /// - Parameter picture: Of any size; its alpha is kept where nothing is drawn.
    public static func stamp(_ picture: Picture) -> Picture {
        var sheet = TranslucentOverlay(picture)
        names(&sheet)
        ribbon(&sheet)
        return sheet.picture
    }

    private static func ribbon(_ sheet: inout TranslucentOverlay) {
        let short = Float(min(sheet.width, sheet.height))
        let room = Float(sheet.width) - 6
        let wished = max(5, short * 0.018)
        let isWide = StrokeFont.width(of: words, size: wished) <= room
        let text = isWide ? words : shortWords
        let size = min(wished, room * wished / max(1, StrokeFont.width(of: text, size: wished)))
        let height = min(sheet.height, max(1, Int(size * 2.6)))
        let top = sheet.height - height
        for y in top..<sheet.height {
            // A light line, or the banner would not be seen on black.
            let isRule = y == top
            for x in 0..<sheet.width {
                sheet.blend(x: x, y: y, gray: isRule ? 255 : 20, strength: isRule ? 110 : 172)
            }
        }
        let left = (Float(sheet.width) - StrokeFont.width(of: text, size: size)) / 2
        let base = Float(top) + (Float(height) + size) / 2
        let strokes = StrokeFont.strokes(of: text, size: size) { SIMD2(left + $0.x, base - $0.y) }
        for glyph in strokes {
            sheet.stroke(
                Pen(strokes: glyph, width: max(1, size * 0.13)), gray: 255, strength: 240)
        }
    }

    /// Light letters with a dark outline, so that they show on any colour.
    private static func names(_ sheet: inout TranslucentOverlay) {
        let short = Float(min(sheet.width, sheet.height))
        let size = max(5, short * nameSize)
        let step = max(short * spacing, StrokeFont.width(of: name, size: size) * 1.4)
        let half = StrokeFont.width(of: name, size: size) / 2
        let (cosine, sine) = Trigonometry.cosineAndSine(degrees: slant)
        let rows = Int((Float(sheet.height) / step).rounded(.up))
        let columns = Int((Float(sheet.width) / step).rounded(.up))
        for row in 0..<max(1, rows) {
            for column in 0...columns {
                let offset: Float = row.isMultiple(of: 2) ? 0.5 : 0
                let middle = SIMD2(
                    (Float(column) + offset) * step, (Float(row) + 0.5) * step)
                let strokes = StrokeFont.strokes(of: name, size: size) { point in
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

/// A picture under a translucent grey drawing.
struct TranslucentOverlay {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(_ picture: Picture) {
        width = picture.width
        height = picture.height
        pixels = picture.pixels
    }

    var picture: Picture { Picture(checkedWidth: width, height: height, pixels: pixels) }

    /// Draws polylines; `strength` is their alpha, 0 to 255.
    mutating func stroke(_ pen: Pen, gray: Int, strength: Float) {
        var covered: [(Int, Int, Float)] = []
        pen.cover(width: width, height: height) { covered.append(($0, $1, $2)) }
        for (x, y, part) in covered {
            blend(x: x, y: y, gray: gray, strength: Int(strength * part))
        }
    }

    /// Composites grey of an alpha of 0 to 255 over one pixel; outside the picture nothing happens.
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
