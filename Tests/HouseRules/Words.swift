/// Looks for whole words, so that `Date()` is not found in `makeDate()`.
enum Words {
    /// The first of `words` that stands in `line` by itself.
    static func first(of words: [String], in line: Substring) -> String? {
        words.first { contains($0, in: line) }
    }

    static func contains(_ word: String, in line: Substring) -> Bool {
        line.ranges(of: word).contains { range in
            let before =
                range.lowerBound > line.startIndex
                ? line[line.index(before: range.lowerBound)] : " "
            let after = range.upperBound < line.endIndex ? line[range.upperBound] : " "
            return !(isPartOfName(before) && word.first.map(isPartOfName) == true)
                && !(isPartOfName(after) && word.last.map(isPartOfName) == true)
        }
    }

    static func isPartOfName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// The names and keywords of a line, in order.
    static func split(_ line: Substring) -> [Substring] {
        line.split { !isPartOfName($0) }
    }
}
