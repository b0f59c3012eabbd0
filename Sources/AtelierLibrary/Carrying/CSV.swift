/// Rows as comma-separated values, RFC 4180.
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
        let isPlain = !text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
