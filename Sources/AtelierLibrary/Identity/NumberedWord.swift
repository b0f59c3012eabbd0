/// A word of a phrase, with the number that stands before it where one does: `3 heron`, `3. heron`
/// and `3.heron`.
struct NumberedWord {
    let word: Substring
    let number: Int?

    /// The words of a text, as they come.
    static func all(in text: String) -> [NumberedWord] {
        var words: [NumberedWord] = []
        var number: Int?
        for token in text.split(whereSeparator: \.isWhitespace) {
            let digits = token.prefix { $0.isASCII && $0.isNumber }
            var rest = token.dropFirst(digits.count)
            if !digits.isEmpty {
                number = Int(digits, radix: 10)
                rest = rest.drop { ".):".contains($0) }
            }
            guard !rest.isEmpty else { continue }
            words.append(NumberedWord(word: rest, number: number))
            number = nil
        }
        return words
    }
}
