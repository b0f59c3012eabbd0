import SwiftSyntax

/// What files and types are called.
enum NameRules {
    static let all = [
        Rule("no type and no file is called Utils, Helper or Manager") { project in
            project.swiftFiles.flatMap { file in
                vagueFileName(of: file) + vagueTypes(in: file)
            }
        },
        Rule("a file is named after its main type or its idea") { project in
            project.swiftFiles.compactMap(misnamed)
        },
    ]

    private static let vague = ["Util", "Helper", "Manager"]

    private static func vagueFileName(of file: SourceFile) -> [Finding] {
        guard let word = vague.first(where: file.stem.contains) else { return [] }
        return [Finding(path: file.path, line: 0, message: "'\(word)' says nothing.")]
    }

    private static func vagueTypes(in file: SourceFile) -> [Finding] {
        declarations(in: file).compactMap { declaration in
            guard
                !declaration.isExtension,
                let word = vague.first(where: declaration.name.contains)
            else { return nil }
            let message = "'\(declaration.name)': '\(word)' says nothing."
            return Finding(path: file.path, line: declaration.line, message: message)
        }
    }

    /// One idea a file: it is named after its main type, with smaller types beside it, or after
    /// what its types have in common. `Type+Topic.swift` holds an extension of `Type`.
    ///
    /// A file with a single type, or with none, has no idea of its own to be named after.
    private static func misnamed(_ file: SourceFile) -> Finding? {
        let isSuite = file.isTest && file.stem.hasSuffix("Tests")
        guard file.name != "Package.swift", file.name != "main.swift", !isSuite else { return nil }
        let parts = file.stem.split(separator: "+")
        let wanted = String(parts.first ?? "")
        let isTopic = parts.count > 1
        let declared = declarations(in: file)
        let isThere = declared.contains { declaration in
            declaration.name == wanted && (isTopic || !declaration.isExtension)
        }
        let types = declared.filter { !$0.isExtension && $0.isOutermost }
        guard !isThere, isTopic || types.count < 2 else { return nil }
        let what = isTopic ? "an extension of '\(wanted)'" : "a type '\(wanted)'"
        return Finding(path: file.path, line: 0, message: "The name promises \(what).")
    }

    /// A type, or an extension of one.
    private struct Declaration {
        /// Nested names without dots: `extension Problem.Kind` stands in `ProblemKind+Topic.swift`.
        let name: String
        let isExtension: Bool
        /// Whether it is declared in no other type.
        let isOutermost: Bool
        let line: Int
    }

    private static func declarations(in file: SourceFile) -> [Declaration] {
        func types<Node: NamedDeclSyntax>(_ kind: Node.Type) -> [Declaration] {
            file.nodes(kind).map { node, _ in
                let line = file.syntax?.line(of: node.name) ?? 0
                return Declaration(
                    name: node.name.text, isExtension: false, isOutermost: isOutermost(node),
                    line: line)
            }
        }
        let extensions = file.nodes(ExtensionDeclSyntax.self).map { node, line in
            let type = node.extendedType.trimmedDescription.prefix { $0 != "<" }
            let name = type.replacing(".", with: "")
            return Declaration(
                name: String(name), isExtension: true, isOutermost: true, line: line)
        }
        return types(StructDeclSyntax.self) + types(ClassDeclSyntax.self)
            + types(EnumDeclSyntax.self) + types(ActorDeclSyntax.self)
            + types(ProtocolDeclSyntax.self) + types(TypeAliasDeclSyntax.self) + extensions
    }

    private static func isOutermost(_ node: some SyntaxProtocol) -> Bool {
        var parent = node.parent
        while let place = parent {
            if place.is(MemberBlockSyntax.self) || place.is(CodeBlockSyntax.self) { return false }
            parent = place.parent
        }
        return true
    }
}
