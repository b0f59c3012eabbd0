/// Measures functions from the line of their keyword to that of their closing brace.
struct FunctionLengths {
    /// One function, initializer, subscript or computed property.
    struct Function: Equatable {
        let name: String
        let line: Int
        let lineCount: Int
    }

    private let code: [UInt8]
    private var functions: [Function] = []
    private var line = 1

    /// Takes Swift code with comments and strings blanked out, see ``SwiftMask``.
    static func measure(_ code: [UInt8]) -> [Function] {
        var lengths = Self(code: code)
        lengths.scan()
        return lengths.functions
    }

    private init(code: [UInt8]) {
        self.code = code
    }

    private mutating func scan() {
        var position = 0
        while position < code.count {
            if Self.isPartOfName(code[position]) {
                let start = position
                while position < code.count, Self.isPartOfName(code[position]) { position += 1 }
                declare(start..<position)
            } else {
                if code[position] == UInt8(ascii: "\n") { line += 1 }
                position += 1
            }
        }
    }

    private mutating func declare(_ word: Range<Int>) {
        let keyword = text(word)
        guard previous(before: word.lowerBound) != UInt8(ascii: ".") else { return }
        let brace: Int?
        switch keyword {
        case "func", "init", "subscript":
            brace = parametersEnd(from: word.upperBound).flatMap(bodyStart)
        case "deinit": brace = bodyStart(after: word.upperBound)
        case "var": brace = propertyBodyStart(from: word.upperBound)
        default: return
        }
        guard let brace, let end = matching(brace) else { return }
        let newlines = code[word.lowerBound...end].count { $0 == UInt8(ascii: "\n") }
        functions.append(
            Function(name: name(after: word, keyword), line: line, lineCount: newlines + 1))
    }

    private func name(after word: Range<Int>, _ keyword: String) -> String {
        guard keyword == "func" || keyword == "var" else { return keyword }
        let rest = code[word.upperBound...].drop { $0 == UInt8(ascii: " ") }
        let end = rest.firstIndex { !Self.isPartOfName($0) } ?? rest.endIndex
        return end == rest.startIndex ? keyword : text(rest.startIndex..<end)
    }

    /// Behind the `)` that closes the parameter list.
    private func parametersEnd(from start: Int) -> Int? {
        let stops: Set<UInt8> = [UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "}")]
        guard
            let open = code[start...].firstIndex(where: stops.contains),
            code[open] == UInt8(ascii: "("), let close = matching(open)
        else { return nil }
        return close + 1
    }

    /// The `{` of the body, nil for a requirement of a protocol.
    private func bodyStart(after start: Int) -> Int? {
        var position = start
        while position < code.count {
            switch code[position] {
            case UInt8(ascii: "{"): return position
            case UInt8(ascii: "}"), UInt8(ascii: ";"): return nil
            case UInt8(ascii: "("):
                guard let close = matching(position) else { return nil }
                position = close
            case UInt8(ascii: "\n"):
                guard signatureGoesOn(over: position, from: start) else { return nil }
            default: break
            }
            position += 1
        }
        return nil
    }

    private func signatureGoesOn(over newline: Int, from start: Int) -> Bool {
        let opened: [UInt8] = [UInt8(ascii: ","), UInt8(ascii: "&"), UInt8(ascii: ":")]
        if let last = previous(before: newline), opened.contains(last) { return true }
        let rest = code[newline...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        return ["->", "where", "throws", "async", "rethrows", "{", "&"]
            .contains { rest.starts(with: $0.utf8) }
    }

    /// The `{` of a computed property or of observers: the line ends with it and assigns nothing.
    private func propertyBodyStart(from start: Int) -> Int? {
        let end = code[start...].firstIndex(of: UInt8(ascii: "\n")) ?? code.count
        let rest = code[start..<end]
        guard
            !rest.contains(UInt8(ascii: "=")),
            let last = rest.lastIndex(where: { $0 != UInt8(ascii: " ") }),
            code[last] == UInt8(ascii: "{")
        else { return nil }
        return last
    }

    /// The bracket that closes the one at `open`, which is `(` or `{`.
    private func matching(_ open: Int) -> Int? {
        let opening = code[open]
        let closing = opening == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
        var depth = 0
        for position in open..<code.count {
            if code[position] == opening { depth += 1 }
            if code[position] == closing { depth -= 1 }
            if depth == 0 { return position }
        }
        return nil
    }

    private func previous(before position: Int) -> UInt8? {
        code[..<position].last { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: code[range], as: UTF8.self)
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
