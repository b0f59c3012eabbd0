/// SAVEPOINT, RELEASE and ROLLBACK TO, as far as their words go.
struct SavepointCommand: Equatable {
    enum Verb {
        case begin, release, rollBack
    }

    let verb: Verb
    /// The savepoint's name without quotes, in lowercase as far as SQLite ignores case.
    let name: [UInt8]

    /// Reads a statement; nil where it is another one.
    init?(_ text: some Sequence<UInt8>) {
        let words = Self.words(of: Array(text))
        guard words.count >= 2, words.count <= 5, let name = words.last else { return nil }
        switch words[0] {
        case Self.begin: verb = .begin
        case Self.release: verb = .release
        case Self.rollBack where words.dropLast().contains(Self.to): verb = .rollBack
        default: return nil
        }
        self.name = name.bytes
    }

    /// Whether a statement may be one of these, by its first letters; cheap, and true when unsure.
    static func isPossible(_ text: UnsafePointer<CChar>) -> Bool {
        begins(text, "sa") || begins(text, "ro") || begins(text, "rel") || !beginsWithLetter(text)
    }

    /// Whether a statement may make or drop a trigger; cheap, and true when unsure.
    static func mayChangeSchema(_ text: UnsafePointer<CChar>) -> Bool {
        begins(text, "cr") || begins(text, "dr") || !beginsWithLetter(text)
    }

    /// A comment, a space or a semicolon may stand before the first word.
    private static func beginsWithLetter(_ text: UnsafePointer<CChar>) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(UInt8(bitPattern: text[0]) | 0x20)
    }

    private static func begins(_ text: UnsafePointer<CChar>, _ letters: StaticString) -> Bool {
        letters.withUTF8Buffer { letters in
            // The first mismatch ends it, at the latest the text's zero byte.
            letters.indices.allSatisfy { UInt8(bitPattern: text[$0]) | 0x20 == letters[$0] }
        }
    }

    private enum Word: Equatable {
        case bare([UInt8])
        case quoted([UInt8])

        var bytes: [UInt8] {
            switch self {
            case .bare(let bytes), .quoted(let bytes): bytes
            }
        }
    }

    private static let begin = Word.bare(Array("savepoint".utf8))
    private static let release = Word.bare(Array("release".utf8))
    private static let rollBack = Word.bare(Array("rollback".utf8))
    private static let to = Word.bare(Array("to".utf8))

    /// The first words of a statement, comments left out; six at most, as no command has more.
    private static func words(of text: [UInt8]) -> [Word] {
        var rest = text[...]
        var words: [Word] = []
        while words.count < 6, let first = rest.first {
            if isSpace(first) || first == UInt8(ascii: ";") {
                rest.removeFirst()
            } else if rest.starts(with: "--".utf8) {
                rest = rest.drop { $0 != UInt8(ascii: "\n") }
            } else if rest.starts(with: "/*".utf8) {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest.removeFirst() }
                rest = rest.dropFirst(2)
            } else if let close = closingQuote(first) {
                words.append(.quoted(quotedWord(&rest, until: close)))
            } else {
                var word: [UInt8] = []
                while let byte = rest.first, !endsWord(byte, rest) {
                    word.append(lowercased(byte))
                    rest.removeFirst()
                }
                words.append(.bare(word))
            }
        }
        return words
    }

    /// The word that begins with a quote at the front of `rest`; a doubled quote stands for one.
    private static func quotedWord(_ rest: inout ArraySlice<UInt8>, until close: UInt8) -> [UInt8] {
        var word: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.first {
            rest.removeFirst()
            if byte == close {
                guard close != UInt8(ascii: "]"), rest.first == close else { break }
                rest.removeFirst()
            }
            word.append(lowercased(byte))
        }
        return word
    }

    private static func endsWord(_ byte: UInt8, _ rest: ArraySlice<UInt8>) -> Bool {
        isSpace(byte) || byte == UInt8(ascii: ";") || closingQuote(byte) != nil
            || rest.starts(with: "--".utf8) || rest.starts(with: "/*".utf8)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }

    private static func closingQuote(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): byte
        case UInt8(ascii: "["): UInt8(ascii: "]")
        default: nil
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
