/// Follows what statements undo, so that the log holds what holds in the table.
///
/// Two things undo changes inside a transaction: a statement that fails, whose changes SQLite does
/// not count, and ROLLBACK TO a savepoint.
struct UndoMarks {
    private var savepoints: [(name: String, mark: OperationLog.Mark)] = []
    private var statement: OperationLog.Mark?
    private var changes: Int64 = 0

    /// A transaction begins; `changes` is what SQLite has counted so far.
    mutating func begin(changes: Int64) {
        savepoints.removeAll()
        statement = nil
        self.changes = changes
    }

    /// The statement that ran last is over.
    mutating func endStatement(changes: Int64, in log: inout OperationLog) {
        // Every change that stays is counted, those by triggers and foreign keys included.
        if changes == self.changes, let statement { log.truncate(to: statement) }
        self.changes = changes
        statement = log.mark
    }

    /// A statement begins.
    mutating func beginStatement(_ text: UnsafePointer<CChar>, in log: inout OperationLog) {
        statement = log.mark
        switch UInt8(bitPattern: text.pointee) | 0x20 {
        case UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "/"), UInt8(ascii: "-"),
            UInt8(ascii: " "), UInt8(ascii: "\n") | 0x20:
            follow(String(cString: text), in: &log)
        default: break
        }
    }

    private mutating func follow(_ text: String, in log: inout OperationLog) {
        guard let command = SavepointCommand(text) else { return }
        // The latest savepoint of a name is meant.
        let index = savepoints.lastIndex { $0.name == command.name }
        switch command.verb {
        case .begin: savepoints.append((command.name, log.mark))
        case .release: if let index { savepoints.removeSubrange(index...) }
        case .rollBack:
            guard let index else { return }
            log.truncate(to: savepoints[index].mark)
            statement = log.mark
            savepoints.removeSubrange((index + 1)...)
        }
    }
}

/// SAVEPOINT, RELEASE and ROLLBACK TO, as far as their words go.
struct SavepointCommand: Equatable {
    enum Verb {
        case begin, release, rollBack
    }

    let verb: Verb
    /// The savepoint's name in lowercase, without quotes.
    let name: String

    init?(_ text: String) {
        let words = Self.words(of: text)
        guard words.count >= 2, words.count <= 5, let name = words.last else { return nil }
        switch words[0].lowercased() {
        case "savepoint": verb = .begin
        case "release": verb = .release
        case "rollback" where words.contains { $0.lowercased() == "to" }: verb = .rollBack
        default: return nil
        }
        let quotes: Set<Character> = ["\"", "'", "`", "[", "]"]
        self.name = name.lowercased().filter { !quotes.contains($0) }
    }

    /// The first words of a statement, comments left out; six at most, as no command has more.
    private static func words(of text: String) -> [String] {
        var rest = text[...]
        var words: [String] = []
        while words.count < 6 {
            rest = rest.drop { $0.isWhitespace || $0 == ";" }
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                guard let end = rest.firstRange(of: "*/") else { break }
                rest = rest[end.upperBound...]
            } else {
                let word = rest.prefix { !$0.isWhitespace && $0 != ";" }
                if word.isEmpty { break }
                words.append(String(word))
                rest = rest[word.endIndex...]
            }
        }
        return words
    }
}
