/// The visible mark on a picture for which nobody has answered yet.
///
/// A dark ribbon along the lower edge reads *ATELIER · NOT COUNTERSIGNED*, or *ATELIER* where the
/// picture is narrow. A seal stands in the middle, or a row of them in a long picture, so that
/// cropping the ribbon is not enough.
public enum Watermark {
    private static let words = "ATELIER · NOT COUNTERSIGNED"
    private static let shortWords = "ATELIER"
    private static let advance = MarkGlyphs.width + 1

    /// The picture with the mark; every picture of at least 48 × 16 pixels shows letters.
    ///
    /// - Parameter picture: Any picture; alpha is kept, and the mark shows on clear parts too.
    public static func stamp(_ picture: Picture) -> Picture {
        var sheet = MarkedSheet(picture)
        seals(&sheet)
        ribbon(&sheet)
        return sheet.picture
    }

    private static func ribbon(_ sheet: inout MarkedSheet) {
        let room = sheet.width - 4
        let text = words.count * advance <= room ? words : shortWords
        let length = text.count * advance
        let wished = min(sheet.width * 7 / 10 / length, sheet.height / 40)
        let scale = max(1, min(wished, room / length))
        let height = min(sheet.height, (MarkGlyphs.height + 6) * scale)
        let top = sheet.height - height
        for y in top..<sheet.height {
            let isRule = y - top < (scale + 1) / 2
            for x in 0..<sheet.width {
                sheet.blend(x: x, y: y, gray: isRule ? 255 : 20, strength: isRule ? 120 : 172)
            }
        }
        let left = (sheet.width - length * scale) / 2
        write(text, left: left, top: top + 3 * scale, scale: scale, strength: 240, on: &sheet)
    }

    private static func write(
        _ text: String, left: Int, top: Int, scale: Int, strength: Int, on sheet: inout MarkedSheet
    ) {
        for (index, letter) in text.enumerated() {
            for (row, bits) in MarkGlyphs.rows(of: letter).enumerated() {
                for column in 0..<MarkGlyphs.width where bits >> (4 - column) & 1 == 1 {
                    let x = left + (index * advance + column) * scale
                    for dy in 0..<scale {
                        for dx in 0..<scale {
                            sheet.blend(
                                x: x + dx, y: top + row * scale + dy, gray: 255, strength: strength)
                        }
                    }
                }
            }
        }
    }

    /// One seal for every square that fits into the picture.
    private static func seals(_ sheet: inout MarkedSheet) {
        let side = max(1, min(sheet.width, sheet.height))
        let count = max(1, max(sheet.width, sheet.height) / side)
        for index in 0..<count {
            let part = index * 2 + 1
            seal(
                &sheet,
                centerX: sheet.width > sheet.height
                    ? sheet.width * part / (count * 2) : sheet.width / 2,
                centerY: sheet.width > sheet.height
                    ? sheet.height / 2 : sheet.height * part / (count * 2),
                scale: max(1, side / 64))
        }
    }

    /// A light ring with an A inside, on a shade.
    private static func seal(
        _ sheet: inout MarkedSheet, centerX: Int, centerY: Int, scale: Int
    ) {
        let radius = scale * 7
        for y in -radius - 1...radius + 1 {
            for x in -radius - 1...radius + 1 {
                let square = x * x + y * y
                let rim = radius - max(1, scale)
                if square <= radius * radius, square >= rim * rim {
                    sheet.blend(x: centerX + x, y: centerY + y, gray: 255, strength: 120)
                } else if square < rim * rim {
                    sheet.blend(x: centerX + x, y: centerY + y, gray: 90, strength: 90)
                }
            }
        }
        write(
            "A", left: centerX - MarkGlyphs.width * scale / 2,
            top: centerY - MarkGlyphs.height * scale / 2, scale: scale, strength: 150, on: &sheet)
    }
}
