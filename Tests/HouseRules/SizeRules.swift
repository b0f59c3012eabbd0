import SwiftSyntax

/// How long things may get.
enum SizeRules {
    static let lineLimit = 100
    static let functionLimit = 70
    static let fileLimit = 500

    static let all = [
        Rule("no line is over 100 columns") { project in
            project.files.filter(isCode).flatMap { file in
                file.lines.enumerated().compactMap { index, line in
                    guard line.count > lineLimit else { return nil }
                    let message = "\(line.count) columns; at most \(lineLimit)."
                    return Finding(path: file.path, line: index + 1, message: message)
                }
            }
        },
        Rule("no function is over 70 lines") { project in
            project.swiftFiles.flatMap(longFunctions)
        },
        Rule("no file is over 500 lines") { project in
            project.files.filter(isCode).compactMap { file in
                let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
                guard count > fileLimit else { return nil }
                let message = "\(count) lines; at most \(fileLimit). Which idea can move out?"
                return Finding(path: file.path, line: 0, message: message)
            }
        },
    ]

    /// From the keyword, or the modifier before it, to the closing brace; attributes do not count.
    private static func longFunctions(in file: SourceFile) -> [Finding] {
        guard let syntax = file.syntax else { return [] }
        let bodies: [(name: String, start: any SyntaxProtocol, end: any SyntaxProtocol)] =
            file.nodes(FunctionDeclSyntax.self).map { node, _ in
                (node.name.text, node.modifiers.first ?? node.funcKeyword, node)
            }
            + file.nodes(InitializerDeclSyntax.self).map { node, _ in
                ("init", node.modifiers.first ?? node.initKeyword, node)
            }
            + file.nodes(SubscriptDeclSyntax.self).map { node, _ in
                ("subscript", node.modifiers.first ?? node.subscriptKeyword, node)
            }
            + file.nodes(DeinitializerDeclSyntax.self).map { node, _ in
                ("deinit", node.modifiers.first ?? node.deinitKeyword, node)
            }
            + file.nodes(PatternBindingSyntax.self).compactMap { node, _ in
                node.accessorBlock.map { (node.pattern.trimmedDescription, node.pattern, $0) }
            }
        return bodies.compactMap { name, start, end in
            let line = syntax.line(of: start)
            let count = syntax.lastLine(of: end) - line + 1
            guard count > functionLimit else { return nil }
            let message = "'\(name)' has \(count) lines; at most \(functionLimit)."
            return Finding(path: file.path, line: line, message: message)
        }
    }

    private static func isCode(_ file: SourceFile) -> Bool {
        file.isSwift || [".c", ".h", ".py"].contains { file.path.hasSuffix($0) }
            || file.lines.first?.hasPrefix("#!") == true
    }
}
