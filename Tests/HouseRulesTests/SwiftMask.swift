/// Blanks out comments and string literals, so that rules look at code alone.
///
/// Interpolated code is blanked with its string. Every newline stays where it is.
struct SwiftMask {
    private let source: [UInt8]
    private var masked: [UInt8]
    private var position = 0

    /// The same number of bytes, with spaces for all that is not code.
    static func mask(_ source: [UInt8]) -> [UInt8] {
        var mask = Self(source: source, masked: source)
        while mask.position < source.count { mask.step() }
        return mask.masked
    }

    private init(source: [UInt8], masked: [UInt8]) {
        self.source = source
        self.masked = masked
    }

    private mutating func step() {
        if follows("//") {
            while position < source.count, source[position] != UInt8(ascii: "\n") { blank(1) }
        } else if follows("/*") {
            skipBlockComment()
        } else if let hashes = stringStart() {
            skipString(hashes: hashes)
        } else if follows("#/") {
            skipRegex()
        } else {
            position += 1
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if follows("/*") {
                depth += 1
                blank(2)
            } else if follows("*/") {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < source.count
    }

    private mutating func skipRegex() {
        blank(2)
        while position < source.count, !follows("/#") { blank(1) }
        blank(2)
    }

    /// The number of `#` in front of a quote, nil where no string begins.
    private func stringStart() -> Int? {
        var end = position
        while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
        guard end < source.count, source[end] == UInt8(ascii: "\"") else { return nil }
        return end - position
    }

    private mutating func skipString(hashes: Int) {
        blank(hashes)
        let isMultiline = follows("\"\"\"")
        let quotes = isMultiline ? "\"\"\"" : "\""
        let pounds = String(repeating: "#", count: hashes)
        blank(quotes.utf8.count)
        while position < source.count, !follows(quotes + pounds) {
            if !isMultiline, source[position] == UInt8(ascii: "\n") { return }
            if follows("\\" + pounds + "(") {
                blank(hashes + 2)
                skipInterpolation()
            } else if follows("\\" + pounds) {
                blank(hashes + 2)
            } else {
                blank(1)
            }
        }
        blank(quotes.utf8.count + hashes)
    }

    private mutating func skipInterpolation() {
        var depth = 1
        while position < source.count, depth > 0 {
            if let hashes = stringStart() {
                skipString(hashes: hashes)
                continue
            }
            if follows("(") { depth += 1 }
            if follows(")") { depth -= 1 }
            blank(1)
        }
    }

    private func follows(_ text: String) -> Bool {
        source[position...].starts(with: text.utf8)
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < source.count {
            if source[position] != UInt8(ascii: "\n") { masked[position] = UInt8(ascii: " ") }
            position += 1
        }
    }
}
