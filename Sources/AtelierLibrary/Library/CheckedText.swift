import Foundation
import SignedObjects

/// Rules for texts that people write.
package enum CheckedText {
    /// A text from a row or a server without the control characters that a terminal would obey.
    package static func shown(_ text: String) -> String {
        PrintableText.block(text)
    }

    /// The title of a work whose artist gave it none: its file's name without the ending, and
    /// without the characters that a title must not hold.
    static func title(ofFile name: String) -> String {
        let end = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
        let scalars = name[..<(end ?? name.endIndex)].unicodeScalars.map { scalar in
            PrintableText.isPrintable(scalar) ? scalar : " "
        }
        let words = String(String.UnicodeScalarView(scalars)).split(whereSeparator: \.isWhitespace)
        var title = ""
        for character in words.joined(separator: " ").precomposedStringWithCanonicalMapping
        where title.utf8.count + character.utf8.count <= Limits.titleBytes {
            title.append(character)
        }
        return title.isEmpty ? "untitled" : title
    }

    /// A single line that is not empty, without spaces around it.
    ///
    /// - Throws: ``LibraryError/badText(field:reason:)``.
    static func line(_ text: String, field: String, limit: Int) throws -> String {
        let line = try block(text, field: field, limit: limit)
        guard !line.isEmpty else { throw LibraryError.badText(field: field, reason: "is empty") }
        guard !line.contains(where: \.isNewline) else {
            throw LibraryError.badText(field: field, reason: "has more than one line")
        }
        return line
    }

    /// Any text of at most `limit` UTF-8 bytes, without spaces around it, composed (NFC), so that
    /// texts that read the same have the same bytes.
    ///
    /// - Throws: ``LibraryError/badText(field:reason:)``.
    static func block(_ text: String, field: String, limit: Int) throws -> String {
        let isSpace: (Character) -> Bool = \.isWhitespace
        var rest = text.precomposedStringWithCanonicalMapping[...].drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest = rest.dropLast() }
        guard rest.utf8.count <= limit else {
            throw LibraryError.badText(
                field: field, reason: "has \(rest.utf8.count) bytes; the most is \(limit)")
        }
        guard !rest.unicodeScalars.contains(where: isControl) else {
            throw LibraryError.badText(field: field, reason: "holds a control character")
        }
        guard !rest.unicodeScalars.contains(where: \.properties.isNoncharacterCodePoint) else {
            throw LibraryError.badText(field: field, reason: "is not UTF-8 text")
        }
        return String(rest)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
}
