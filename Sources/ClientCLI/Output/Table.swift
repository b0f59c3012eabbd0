/// Aligned columns for people.
struct Table {
    /// A column is made no narrower than this for a terminal.
    private static let narrowest = 6
    /// A cell that is wider does not push the others of its column away.
    private static let widest = 40

    private var rows: [[String]] = []

    /// Adds a row.
    mutating func add(_ cells: String...) {
        rows.append(cells.map(Terminal.cell))
    }

    /// Prints all rows, two spaces between columns, the last column as long as it is. Where a
    /// terminal is narrower, the widest columns are cut.
    func show() {
        let widths = widths(in: Terminal.width)
        let isCut = Terminal.width != nil
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                guard index + 1 < row.count else { return cell }
                let cell = isCut ? TextWidth.cut(cell, to: widths[index]) : cell
                let padding = max(0, widths[index] - TextWidth.of(cell))
                return cell + String(repeating: " ", count: padding)
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            Terminal.say(line)
        }
    }

    private func widths(in limit: Int?) -> [Int] {
        let columns = rows.map(\.count).max() ?? 0
        var widths = (0..<columns).map { column in
            rows.map { column < $0.count ? TextWidth.of($0[column]) : 0 }.max() ?? 0
        }
        guard let limit, columns > 1 else { return widths.map { min($0, Self.widest) } }
        let room = limit - min(widths[columns - 1], limit / 4) - 2 * (columns - 1)
        while widths.dropLast().reduce(0, +) > room,
            let column = widths.dropLast().indices.max(by: { widths[$0] < widths[$1] }),
            widths[column] > Self.narrowest
        {
            widths[column] -= 1
        }
        return widths
    }
}

/// How many columns of a terminal a text takes.
enum TextWidth {
    /// The columns of `text`; escape sequences take none.
    static func of(_ text: String) -> Int {
        var (width, isEscape) = (0, false)
        for character in text {
            if character == "\u{1B}" {
                isEscape = true
            } else if isEscape {
                isEscape = character != "m"
            } else {
                width += columns(of: character)
            }
        }
        return width
    }

    /// The text where it fits, else its beginning and `…`.
    static func cut(_ text: String, to limit: Int) -> String {
        guard of(text) > limit, !text.contains("\u{1B}") else { return text }
        var (kept, width) = ("", 1)
        for character in text {
            width += columns(of: character)
            guard width <= limit else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    /// Two for the wide characters of Unicode's table East Asian Width and for emoji.
    private static func columns(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0x20..<0x300: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            return 2
        default:
            let isMark = scalar.properties.generalCategory == .nonspacingMark
            return isMark ? 0 : 1
        }
    }
}
