/// A table as comma-separated values (RFC 4180), in which no cell is a formula.
struct CSV {
    private(set) var text: String

    /// A table with these columns.
    init(_ columns: String...) {
        text = Self.line(columns)
    }

    /// Adds a row.
    mutating func add(_ cells: String...) {
        text += Self.line(cells)
    }

    private static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        let text = isFormula(text) ? "'" + text : text
        let isPlain = !text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }

    /// Whether a spreadsheet would evaluate the cell: a title may come from a file's name, and so
    /// from anybody. Some spreadsheets also accept the full-width forms of the signs.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        return "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first)
    }
}
