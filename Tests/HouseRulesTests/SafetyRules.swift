/// What could stop the program, deceive the compiler or talk out of turn.
enum SafetyRules {
    static let all = [
        Rule("nothing is forced", inCodeWhere: { _ in true }) { line in
            Words.first(of: ["try!", "as!", "fatalError("], in: line)
                .map { "'\($0)' stops the program: throw, or write a precondition." }
        },
        Rule("libraries do not print", inCodeWhere: isLibrary) { line in
            Words.first(of: ["print(", "debugPrint(", "dump("], in: line)
                .map { "'\($0))' in a library: return it, throw it or log it." }
        },
        Rule("an unchecked Sendable names its lock") { project in
            project.swiftFiles.flatMap(unexplainedSendable)
        },
        Rule("what other targets use is documented") { project in
            project.swiftFiles.filter { !$0.isTest }.flatMap(undocumented)
        },
    ]

    private static func isLibrary(_ file: SourceFile) -> Bool {
        file.isUnder(["Sources"])
            && !file.isUnder(["Sources/ClientCLI", "Sources/Server/Command"])
    }

    private static func unexplainedSendable(in file: SourceFile) -> [Finding] {
        file.codeLines.enumerated().compactMap { index, line in
            guard line.contains("@unchecked Sendable") else { return nil }
            let comment = commentLines(above: index, in: file).joined(separator: " ").lowercased()
            guard !["lock", "mutex", "queue"].contains(where: comment.contains) else { return nil }
            let message = "The comment above must name the lock or queue that makes this true."
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    /// Public symbols are `swift format`'s; this is about `package` types and functions.
    private static func undocumented(in file: SourceFile) -> [Finding] {
        let kinds: Set<Substring> = [
            "struct", "class", "enum", "actor", "protocol", "typealias", "func", "init",
        ]
        return file.codeLines.enumerated().compactMap { index, line in
            let words = Words.split(line).drop { $0 == "nonisolated" || $0 == "static" }
            guard words.first == "package", words.contains(where: kinds.contains) else {
                return nil
            }
            guard !commentLines(above: index, in: file).contains(where: { $0.hasPrefix("///") })
            else { return nil }
            let message = "A package symbol without a doc comment."
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    /// The comment that ends right above a line, attributes between them left out.
    private static func commentLines(above index: Int, in file: SourceFile) -> [Substring] {
        file.lines[..<index].reversed()
            .map { $0.drop { $0 == " " } }
            .prefix { $0.hasPrefix("//") || $0.hasPrefix("@") }
            .filter { $0.hasPrefix("//") }
    }
}
