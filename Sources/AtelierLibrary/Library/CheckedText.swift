import SignedObjects

/// Rules for texts that people write.
package enum CheckedText {
    /// A text from a row or a server as it may be shown: a terminal must show it, never obey it.
    package static func shown(_ text: String) -> String {
        PrintableText.block(text)
    }

    /// One line that is not empty, without spaces around it.
    static func line(_ text: String, field: String, limit: Int) throws -> String {
        let line = try block(text, field: field, limit: limit)
        guard !line.isEmpty else { throw LibraryError.badText(field: field, reason: "is empty") }
        guard !line.contains(where: \.isNewline) else {
            throw LibraryError.badText(field: field, reason: "has more than one line")
        }
        return line
    }

    /// Any text within the limit, without spaces around it.
    static func block(_ text: String, field: String, limit: Int) throws -> String {
        let isSpace: (Character) -> Bool = \.isWhitespace
        var rest = text[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        guard rest.utf8.count <= limit else {
            throw LibraryError.badText(
                field: field, reason: "has \(rest.utf8.count) bytes; at most \(limit) are kept")
        }
        guard !rest.unicodeScalars.contains(where: isControl) else {
            throw LibraryError.badText(field: field, reason: "holds a control character")
        }
        return String(rest)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
}
