/// The text of a policy file, read as far as such files need it: tables, and keys with an integer,
/// a text or a truth value. Every such file is TOML; what else TOML has is refused by line.
struct PolicyText {
    /// A value as it is written.
    enum Value: Equatable, CustomStringConvertible {
        case integer(Int)
        case text(String)
        case truth(Bool)

        /// As a file has it.
        var description: String {
            switch self {
            case .integer(let number): String(number)
            case .text(let text): PolicyText.quoted(text)
            case .truth(let truth): String(truth)
            }
        }
    }

    /// One key with its table's name before it, such as `credits.free`.
    struct Entry {
        let key: String
        let value: Value
        /// From 1.
        let line: Int
    }

    /// In the order of the file.
    private(set) var entries: [Entry] = []

    /// - Throws: ``PolicyError`` with the first line that cannot be read.
    init(_ text: String) throws(PolicyError) {
        var table = ""
        var lines: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let number = index + 1
            var rest = line.drop { $0.isWhitespace }
            if rest.isEmpty || rest.hasPrefix("#") { continue }
            if rest.hasPrefix("[") {
                table = try Self.table(&rest, number)
                continue
            }
            let name = Self.name(&rest)
            let key = table.isEmpty ? name : "\(table).\(name)"
            guard !name.isEmpty else {
                throw PolicyError(line: number, key: nil, reason: "begins with no key")
            }
            rest = rest.drop { $0.isWhitespace }
            guard rest.popFirst() == "=" else {
                throw PolicyError(line: number, key: key, reason: "has no = after it")
            }
            let value = try Self.value(&rest, number, key)
            try Self.end(rest, number, key)
            if let first = lines.updateValue(number, forKey: key) {
                throw PolicyError(
                    line: number, key: key, reason: "was set in line \(first) already")
            }
            entries.append(Entry(key: key, value: value, line: number))
        }
    }

    private static func table(
        _ rest: inout Substring, _ line: Int
    ) throws(PolicyError) -> String {
        rest.removeFirst()
        rest = rest.drop { $0.isWhitespace }
        let name = name(&rest)
        rest = rest.drop { $0.isWhitespace }
        guard !name.isEmpty, rest.popFirst() == "]" else {
            throw PolicyError(line: line, key: nil, reason: "is no table such as [credits]")
        }
        try end(rest, line, nil)
        return name
    }

    private static func name(_ rest: inout Substring) -> String {
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        rest = rest.dropFirst(name.count)
        return String(name)
    }

    private static func value(
        _ rest: inout Substring, _ line: Int, _ key: String
    ) throws(PolicyError) -> Value {
        rest = rest.drop { $0.isWhitespace }
        if rest.hasPrefix("\"") { return .text(try text(&rest, line, key)) }
        let word = rest.prefix { !$0.isWhitespace && $0 != "#" }
        rest = rest.dropFirst(word.count)
        if let truth = Bool(String(word)) { return .truth(truth) }
        // As TOML has them: no leading zeros; underscores between digits.
        let digits = word.hasPrefix("-") || word.hasPrefix("+") ? word.dropFirst() : word
        let isNumber =
            digits == "0"
            || digits.first.map { "1"..."9" ~= $0 } == true
                && !digits.contains("__") && !digits.hasSuffix("_")
                && digits.allSatisfy { "0"..."9" ~= $0 || $0 == "_" }
        guard isNumber, let number = Int(word.replacing("_", with: "")) else {
            throw PolicyError(
                line: line, key: key, reason: "needs a number, a \"text\", true or false")
        }
        return .integer(number)
    }

    private static func text(
        _ rest: inout Substring, _ line: Int, _ key: String
    ) throws(PolicyError) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                let escapes: [Character: Character] = [
                    "\"": "\"", "\\": "\\", "n": "\n", "t": "\t",
                ]
                guard let next = rest.popFirst().flatMap({ escapes[$0] }) else {
                    throw PolicyError(
                        line: line, key: key, reason: "has an escape that is not read here")
                }
                text.append(next)
            default: text.append(character)
            }
        }
        throw PolicyError(line: line, key: key, reason: "has a text without its closing \"")
    }

    private static func end(
        _ rest: Substring, _ line: Int, _ key: String?
    ) throws(PolicyError) {
        let rest = rest.drop { $0.isWhitespace }
        guard rest.isEmpty || rest.hasPrefix("#") else {
            throw PolicyError(line: line, key: key, reason: "has more after its value")
        }
    }

    static func quoted(_ text: String) -> String {
        let inside = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n").replacing("\t", with: "\\t")
        return "\"\(inside)\""
    }
}

/// A line of a policy file that cannot be meant; nothing of the file is used.
struct PolicyError: Error, Equatable, CustomStringConvertible {
    /// From 1.
    let line: Int
    /// With its table's name, such as `credits.free`; nil where the line has none.
    let key: String?
    /// What is wrong with it.
    let reason: String
    /// The file, once it is known.
    var path = ""

    var description: String {
        let place = path.isEmpty ? "Line \(line)" : "\(path), line \(line)"
        return "\(place): \(key.map { "\($0) " } ?? "")\(reason)."
    }
}
