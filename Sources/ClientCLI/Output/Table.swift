/// Aligned columns for people.
struct Table {
    private var rows: [[String]] = []

    /// Adds a row.
    mutating func add(_ cells: String...) {
        rows.append(cells.map(Terminal.cell))
    }

    /// Prints all rows, two spaces between columns, the last column as long as it is.
    func show() {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                index + 1 == row.count
                    ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }
            Terminal.say(cells.joined(separator: "  "))
        }
    }
}
