/// The terms of Docs/GLOSSARY.md are used, and no private words for the same things.
enum GlossaryRules {
    static let all = [
        Rule("things have the names of the glossary") { project in
            project.files.filter(isRead).flatMap { file in
                file.lines.enumerated().flatMap { index, line in
                    privateWords(in: line).map { word, term in
                        Finding(
                            path: file.path, line: index + 1,
                            message: "'\(word)': say '\(term)', see Docs/GLOSSARY.md.")
                    }
                }
            }
        }
    ]

    /// What is said instead, by the beginning of a word of a name or a sentence in small letters.
    private static let termsByWord: [(word: String, term: String)] = [
        ("grave", "tombstone"), ("bury", "delete"), ("buried", "deleted"),
        ("reincarnat", "rotate the replica id"),
        ("waitingroom", "pending dependencies"), ("logfolder", "change log compactor"),
        ("formerstamps", "stamps before reset"), ("lentcells", "borrowed cells"),
        ("freedvalues", "released unique values"), ("undomarks", "rollback tracker"),
        ("epochmark", "epoch checkpoint"), ("localtriggers", "merge-time triggers"),
        ("touchlist", "column write buffer"), ("placesentinel", "row id sentinel"),
        ("foreignlog", "external change log"), ("excessmemory", "rate limit cache"),
        ("paintlevel", "synthesis level"), ("put out", "revoke"),
        ("takes every " + "field", "what the fields must satisfy"),
    ]

    /// The history of the project tells of its old names.
    private static func isRead(_ file: SourceFile) -> Bool {
        !file.isUnder(["Docs/decisions", "Tests/HouseRules"]) && file.name != "CHANGELOG.md"
    }

    private static func privateWords(in line: Substring) -> [(String, String)] {
        let text = line.lowercased()
        return termsByWord.filter { entry in
            text.ranges(of: entry.word).contains { range in
                // "gravel" is another word, and "grave" in quotes is an accent.
                let after = text[range.upperBound...]
                let isLonger = after.first == "l" || after.first == "\""
                let start = line.index(
                    line.startIndex,
                    offsetBy: text.distance(from: text.startIndex, to: range.lowerBound))
                let isInside =
                    start > line.startIndex && line[start].isLowercase
                    && line[line.index(before: start)].isLetter
                return !isLonger && !isInside
            }
        }
    }
}
