/// The tags of a well-formed XML text, with their places in it: what a parser does not tell, and an
/// edit needs.
///
/// It is used only on texts that the parser accepted.
struct XMLScanner {
    /// A start or end tag.
    struct Tag {
        enum Kind { case start, end, empty }

        let kind: Kind
        /// The qualified name.
        let name: String
        /// The attributes, with the range of each and its value's text, quotes included.
        let attributes: [Attribute]
        /// Its place, from `<` to behind `>`.
        let range: Range<Int>
    }

    /// One attribute of a tag.
    struct Attribute {
        let name: String
        /// As it is written, without quotes.
        let value: String
        let range: Range<Int>
    }

    private let text: ArraySlice<UInt8>
    private var position: Int

    /// Begins at the start of `text`.
    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    /// The next tag; comments, CDATA and processing instructions are passed over. Nil at the end.
    mutating func next() -> Tag? {
        while let start = text[position...].firstIndex(of: UInt8(ascii: "<")) {
            position = start
            if skips("<!--", to: "-->") || skips("<![CDATA[", to: "]]>") || skips("<?", to: "?>") {
                continue
            }
            return tag(from: start)
        }
        return nil
    }

    /// At least as many attributes as the element with the most of them has, in a text that may be
    /// no XML: the equals signs from one `<` to the next.
    static func attributesOfLargestTag(in text: ArraySlice<UInt8>) -> Int {
        var (largest, count) = (0, 0)
        for byte in text {
            if byte == UInt8(ascii: "<") { count = 0 }
            if byte == UInt8(ascii: "=") {
                count += 1
                largest = max(largest, count)
            }
        }
        return largest
    }

    /// Whether an ASCII text stands anywhere, in any capitals.
    static func contains(_ ascii: String, in text: ArraySlice<UInt8>) -> Bool {
        let wanted = Array(ascii.lowercased().utf8)
        guard let first = wanted.first else { return true }
        var rest = text
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            let there = rest.prefix(wanted.count).map { (65...90).contains($0) ? $0 | 32 : $0 }
            if there == wanted { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    private mutating func skips(_ opening: String, to closing: String) -> Bool {
        guard text[position...].starts(with: opening.utf8) else { return false }
        let end = Array(closing.utf8)
        var place = position + opening.utf8.count
        while place < text.endIndex, !text[place...].starts(with: end) { place += 1 }
        position = min(text.endIndex, place + end.count)
        return true
    }

    private mutating func tag(from start: Int) -> Tag? {
        var place = start + 1
        let isEnd = place < text.endIndex && text[place] == UInt8(ascii: "/")
        if isEnd { place += 1 }
        let name = word(&place)
        var attributes: [Attribute] = []
        while place < text.endIndex, text[place] != UInt8(ascii: ">") {
            let before = place
            if let attribute = attribute(&place) { attributes.append(attribute) }
            if place == before { place += 1 }
        }
        guard place < text.endIndex else { return nil }
        position = place + 1
        let isEmpty = text[place - 1] == UInt8(ascii: "/")
        return Tag(
            kind: isEnd ? .end : isEmpty ? .empty : .start, name: name, attributes: attributes,
            range: start..<position)
    }

    /// Reads what is neither space nor a sign of a tag.
    private func word(_ place: inout Int) -> String {
        let end =
            text[place...].firstIndex { $0 <= 0x20 || "=/>".utf8.contains($0) } ?? text.endIndex
        defer { place = end }
        return String(decoding: text[place..<end], as: UTF8.self)
    }

    private func attribute(_ place: inout Int) -> Attribute? {
        let start = place
        let name = word(&place)
        guard !name.isEmpty else { return nil }
        skipSpace(&place)
        guard place < text.endIndex, text[place] == UInt8(ascii: "=") else { return nil }
        place += 1
        skipSpace(&place)
        guard place < text.endIndex, case let quote = text[place],
            let end = text[(place + 1)...].firstIndex(of: quote)
        else { return nil }
        let value = String(decoding: text[(place + 1)..<end], as: UTF8.self)
        place = end + 1
        return Attribute(name: name, value: value, range: start..<place)
    }

    private func skipSpace(_ place: inout Int) {
        while place < text.endIndex, text[place] <= 0x20 { place += 1 }
    }
}
