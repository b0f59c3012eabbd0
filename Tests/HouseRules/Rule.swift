import Testing

/// Something that a machine can check about the sources.
struct Rule: Sendable, CustomTestStringConvertible {
    /// The rule in words.
    let name: String
    let check: @Sendable (Project) -> [Finding]

    var testDescription: String { name }

    init(_ name: String, check: @escaping @Sendable (Project) -> [Finding]) {
        self.name = name
        self.check = check
    }

    /// A rule about each Swift line on its own, comments and strings blanked out.
    ///
    /// `message` answers nil for a line that is fine.
    init(
        _ name: String, inCodeWhere covers: @escaping @Sendable (SourceFile) -> Bool,
        message: @escaping @Sendable (Substring) -> String?
    ) {
        self.init(name) { project in
            project.swiftFiles.filter(covers).flatMap { file in
                file.codeLines.enumerated().compactMap { index, line in
                    message(line).map { Finding(path: file.path, line: index + 1, message: $0) }
                }
            }
        }
    }

    /// Every rule of the house.
    static let all =
        ImportRules.all + SizeRules.all + NameRules.all + SafetyRules.all + PurityRules.all
        + NumberRules.all + DocumentRules.all + GlossaryRules.all
}
