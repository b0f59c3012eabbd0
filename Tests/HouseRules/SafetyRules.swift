import SwiftSyntax

/// What could stop the program, deceive the compiler or talk out of turn.
enum SafetyRules {
    static let all = [
        Rule("nothing is forced") { project in project.swiftFiles.flatMap(forced) },
        Rule("libraries do not print") { project in
            project.swiftFiles.filter(isLibrary).flatMap { file in
                calls(of: ["print", "debugPrint", "dump"], in: file) {
                    "'\($0)()' in a library: return it, throw it or log it."
                }
            }
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

    private static func forced(in file: SourceFile) -> [Finding] {
        let tries = file.nodes(TryExprSyntax.self)
            .filter { $0.node.questionOrExclamationMark?.tokenKind == .exclamationMark }
            .map { ("try!", $0.line) }
        let casts = file.nodes(UnresolvedAsExprSyntax.self)
            .filter { $0.node.questionOrExclamationMark?.tokenKind == .exclamationMark }
            .map { ("as!", $0.line) }
        let unwraps = file.nodes(ForceUnwrapExprSyntax.self).map { ("!", $0.line) }
        let findings = (tries + casts + unwraps).map { what, line in
            Finding(
                path: file.path, line: line,
                message: "'\(what)' stops the program: throw, or write a precondition.")
        }
        return findings
            + calls(of: ["fatalError"], in: file) {
                "'\($0)()' stops the program: throw, or write a precondition."
            }
    }

    /// Calls of functions of these names that belong to no value.
    private static func calls(
        of names: Set<String>, in file: SourceFile, message: (String) -> String
    ) -> [Finding] {
        file.nodes(FunctionCallExprSyntax.self).compactMap { node, line in
            guard
                let name = node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text,
                names.contains(name)
            else { return nil }
            return Finding(path: file.path, line: line, message: message(name))
        }
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
        func bare<Node: WithModifiersSyntax>(_ kind: Node.Type) -> [Finding] {
            file.nodes(kind).compactMap { node, _ in
                guard
                    let modifier = node.modifiers.first(where: { $0.name.text == "package" }),
                    !node.leadingTrivia.contains(where: \.isDocumentation)
                else { return nil }
                let line = file.syntax?.line(of: modifier) ?? 0
                let message = "A package symbol without a doc comment."
                return Finding(path: file.path, line: line, message: message)
            }
        }
        return bare(StructDeclSyntax.self) + bare(ClassDeclSyntax.self) + bare(EnumDeclSyntax.self)
            + bare(ActorDeclSyntax.self) + bare(ProtocolDeclSyntax.self)
            + bare(TypeAliasDeclSyntax.self) + bare(FunctionDeclSyntax.self)
            + bare(InitializerDeclSyntax.self)
    }

    /// The comment that ends right above a line, attributes between them left out.
    private static func commentLines(above index: Int, in file: SourceFile) -> [Substring] {
        file.lines[..<index].reversed()
            .map { $0.drop { $0 == " " } }
            .prefix { $0.hasPrefix("//") || $0.hasPrefix("@") }
            .filter { $0.hasPrefix("//") }
    }
}

extension TriviaPiece {
    fileprivate var isDocumentation: Bool {
        switch self {
        case .docLineComment, .docBlockComment: true
        default: false
        }
    }
}
