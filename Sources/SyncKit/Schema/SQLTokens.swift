/// The words of an SQL statement, as far as CHECK constraints are concerned: SQLite tells of them
/// only in the text of the table's declaration.
enum SQLTokens {
    private enum Token: Equatable {
        case name(String)
        case open
        case close
        case other
    }

    /// The names that each CHECK of a `CREATE TABLE` statement mentions, in lower case, without
    /// those of functions.
    static func checkedNames(in sql: String) -> [Set<String>] {
        let tokens = tokens(of: sql)
        var all: [Set<String>] = []
        var index = 0
        while index + 1 < tokens.count {
            defer { index += 1 }
            guard tokens[index] == .name("check"), tokens[index + 1] == .open else { continue }
            var names: Set<String> = []
            var depth = 0
            repeat {
                index += 1
                switch tokens[index] {
                case .open: depth += 1
                case .close: depth -= 1
                case .name(let name):
                    let isFunction = index + 1 < tokens.count && tokens[index + 1] == .open
                    if !isFunction { names.insert(name) }
                case .other: break
                }
            } while depth > 0 && index + 1 < tokens.count
            all.append(names)
        }
        return all
    }

    /// The names in an expression, in lower case, those of functions and tables too.
    static func names(in sql: String) -> Set<String> {
        Set(tokens(of: sql).compactMap { if case .name(let name) = $0 { name } else { nil } })
    }

    private static func tokens(of sql: String) -> [Token] {
        var rest = Array(sql)[...]
        var tokens: [Token] = []
        while let first = rest.first {
            switch first {
            case "(":
                tokens.append(.open)
                rest.removeFirst()
            case ")":
                tokens.append(.close)
                rest.removeFirst()
            case "'":
                _ = quoted(&rest, until: "'")
                tokens.append(.other)
            case "\"", "`": tokens.append(.name(quoted(&rest, until: first)))
            case "[": tokens.append(.name(quoted(&rest, until: "]")))
            case "-" where rest.dropFirst().first == "-":
                rest = rest.drop { !$0.isNewline }
            case "/" where rest.dropFirst().first == "*":
                skipComment(&rest)
            case _ where isPartOfName(first):
                let word = rest.prefix(while: isPartOfName)
                rest = rest.dropFirst(word.count)
                tokens.append(first.isNumber ? .other : .name(String(word).lowercased()))
            default:
                if !first.isWhitespace { tokens.append(.other) }
                rest.removeFirst()
            }
        }
        return tokens
    }

    /// What stands between quotes; one that is doubled is a part of it.
    private static func quoted(
        _ rest: inout ArraySlice<Character>, until end: Character
    ) -> String {
        rest.removeFirst()
        var text = ""
        while let next = rest.popFirst() {
            if next == end {
                guard end != "]", rest.first == end else { break }
                rest.removeFirst()
            }
            text.append(next)
        }
        return text.lowercased()
    }

    private static func skipComment(_ rest: inout ArraySlice<Character>) {
        rest = rest.dropFirst(2)
        while let next = rest.popFirst() {
            guard next == "*", rest.first == "/" else { continue }
            rest.removeFirst()
            return
        }
    }

    private static func isPartOfName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_" || character == "$"
    }
}
