/// Finds the commands that the README shows and looks them up in the sources.
enum ReadmeCommands {
    static func findings(in project: Project) -> [Finding] {
        guard let readme = project.file("README.md") else {
            return [Finding(path: "README.md", line: 0, message: "There is no README.")]
        }
        return commands(in: readme).compactMap { line, words in
            problem(with: words, in: project).map {
                Finding(path: readme.path, line: line, message: $0)
            }
        }
    }

    /// The words of every line that starts with `$ ` or `./` inside a fenced block.
    private static func commands(in readme: SourceFile) -> [(line: Int, words: [Substring])] {
        var isFenced = false
        var found: [(line: Int, words: [Substring])] = []
        for (index, line) in readme.lines.enumerated() {
            if line.hasPrefix("```") { isFenced.toggle() }
            guard isFenced, line.hasPrefix("$ ") || line.hasPrefix("./") else { continue }
            let command = line.hasPrefix("$ ") ? line.dropFirst(2) : line
            found.append((index + 1, command.split(separator: " ")))
        }
        return found
    }

    private static func problem(with words: [Substring], in project: Project) -> String? {
        guard let program = words.first else { return nil }
        if program.hasPrefix("./") {
            let path = String(program.dropFirst(2))
            return project.file(path)?.isExecutable == true ? nil : "There is no command '\(path)'."
        }
        let folders = [
            "atelier": "Sources/ClientCLI", "atelier-server": "Sources/Server/Command",
        ]
        guard let folder = folders[String(program)] else { return nil }
        let known = commandNames(under: folder, in: project)
        return words.dropFirst()
            .prefix { $0.allSatisfy { $0.isLetter || $0 == "-" } && !$0.hasPrefix("-") }
            .prefix(1)
            .first { !known.contains(String($0)) }
            .map { "'\(program)' has no command '\($0)'." }
    }

    /// What stands in `commandName: "…"` under a folder.
    private static func commandNames(under folder: String, in project: Project) -> Set<String> {
        var names: Set<String> = []
        for line in project.swiftFiles.filter({ $0.isUnder([folder]) }).flatMap(\.lines) {
            guard let range = line.firstRange(of: "commandName: \"") else { continue }
            names.insert(String(line[range.upperBound...].prefix { $0 != "\"" }))
        }
        return names
    }
}
