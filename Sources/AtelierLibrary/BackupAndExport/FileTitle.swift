import Foundation

/// Makes a part of a file's name from a title, for every file system.
enum FileTitle {
    /// The title's words in their own script, lowercase, between hyphens; `untitled` where a title
    /// has none.
    ///
    /// Only letters, marks and digits, composed (NFC): nothing in it separates folders, hides the
    /// file or is special to a shell, and it is the same on file systems that decompose names.
    static func of(_ title: String) -> String {
        let composed = title.precomposedStringWithCanonicalMapping.lowercased()
        var words = [String.UnicodeScalarView()]
        for scalar in composed.unicodeScalars {
            if isPart(scalar) {
                words[words.count - 1].append(scalar)
            } else if !words[words.count - 1].isEmpty {
                words.append(String.UnicodeScalarView())
            }
        }
        let whole = words.map(String.init).filter { !$0.isEmpty }.joined(separator: "-")
        var name = ""
        // Whole characters, so that no mark is separated from its letter.
        for character in whole where name.utf8.count + character.utf8.count <= Limits.fileTitleBytes
        {
            name.append(character)
        }
        let kept = name.hasSuffix("-") ? String(name.dropLast()) : name
        return kept.isEmpty ? "untitled" : kept
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
