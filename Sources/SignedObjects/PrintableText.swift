/// Text from elsewhere, such as a row, a file or another machine, in a form that a terminal shows
/// and does not obey.
///
/// Replaced by U+FFFD: control characters, so that no text moves the cursor, colours the screen or
/// answers for the person; bidi controls, so that no text is read in another order than it has;
/// line and paragraph separators; deprecated and interlinear format characters; noncharacters.
/// Joiners stay: Persian words and emoji need them.
public enum PrintableText {
    /// For a place of one line, such as a table's cell: line breaks and tabs become spaces.
    public static func line(_ text: String, keeping styles: [String] = []) -> String {
        clean(text, keeping: styles) { scalar in
            switch scalar {
            case "\n", "\t": " "
            default: isPrintable(scalar) ? scalar : "\u{FFFD}"
            }
        }
    }

    /// For text of several lines: `\n` and `\t` stay.
    ///
    /// - Parameter styles: Escape sequences that the program itself puts between its words, such
    ///   as the one for bold; they stay where they stand exactly so.
    public static func block(_ text: String, keeping styles: [String] = []) -> String {
        clean(text, keeping: styles) { scalar in
            isPrintable(scalar) || scalar == "\n" || scalar == "\t" ? scalar : "\u{FFFD}"
        }
    }

    /// A JSON text whose strings mean the same, with every such character written as `\u` and four
    /// digits: a JSON text has them inside strings alone.
    public static func json(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isPrintable($0) && $0 != "\n" }) else {
            return text
        }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isPrintable(scalar) || scalar == "\n" {
                escaped.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return escaped
    }

    /// Whether a terminal shows the character as it is, on the line where it stands.
    public static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        // Most text, and much cheaper than asking for properties.
        if (0x20..<0x7F).contains(scalar.value) { return true }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate: return false
        default: break
        }
        guard !properties.isBidiControl, !properties.isNoncharacterCodePoint else { return false }
        // Deprecated format characters, and those that hide text beside the line.
        return !(0x206A...0x206F).contains(scalar.value)
            && !(0xFFF9...0xFFFB).contains(scalar.value)
    }

    private static func clean(
        _ text: String, keeping styles: [String], _ replace: (Unicode.Scalar) -> Unicode.Scalar
    ) -> String {
        guard text.unicodeScalars.contains(where: { replace($0) != $0 }) else { return text }
        let styles = styles.map { Array($0.unicodeScalars) }
        var rest = text.unicodeScalars[...]
        var cleaned = String.UnicodeScalarView()
        while let scalar = rest.first {
            if let style = styles.first(where: { rest.starts(with: $0) }) {
                cleaned.append(contentsOf: style)
                rest = rest.dropFirst(style.count)
            } else {
                cleaned.append(replace(scalar))
                rest = rest.dropFirst()
            }
        }
        return String(cleaned)
    }
}
