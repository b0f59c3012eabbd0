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
