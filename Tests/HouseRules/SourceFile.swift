import SwiftParser
import SwiftSyntax

/// One text file of the project.
struct SourceFile: Sendable {
    /// Relative to the project's root, such as `Sources/SyncKit/Limits.swift`.
    let path: String
    let isExecutable: Bool
    let lines: [Substring]
    /// The same lines with comments and the text of string literals blanked out; as they are
    /// outside Swift.
    let codeLines: [Substring]
    /// Nil outside Swift.
    let syntax: Syntax?

    /// The tree of a Swift file, and where its nodes stand.
    struct Syntax: Sendable {
        let tree: SourceFileSyntax
        /// The nodes that rules ask for, in order.
        let nodes: [SwiftSyntax.Syntax]
        private let locations: SourceLocationConverter

        init(_ text: String) {
            tree = Parser.parse(source: text)
            nodes = NodeCollector.nodes(in: tree)
            locations = SourceLocationConverter(fileName: "", tree: tree)
        }

        /// The line, from 1, of a node's first character that is neither comment nor space.
        func line(of node: some SyntaxProtocol) -> Int {
            locations.location(for: node.positionAfterSkippingLeadingTrivia).line
        }

        /// The line, from 1, of a node's last character.
        func lastLine(of node: some SyntaxProtocol) -> Int {
            locations.location(for: node.endPositionBeforeTrailingTrivia).line
        }
    }

    init(path: String, text: String, isExecutable: Bool = false) {
        self.path = path
        self.isExecutable = isExecutable
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        syntax = path.hasSuffix(".swift") ? Syntax(text) : nil
        codeLines = syntax.map { Self.code(of: $0.tree) } ?? lines
    }

    /// The last component of the path.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The name up to the last dot.
    var stem: String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") }

    func isUnder(_ folders: [String]) -> Bool { folders.contains { path.hasPrefix($0 + "/") } }

    /// The nodes of one kind with the lines where they begin, in order.
    func nodes<Node: SyntaxProtocol>(_ kind: Node.Type) -> [(node: Node, line: Int)] {
        guard let syntax else { return [] }
        return syntax.nodes.lazy.compactMap { $0.as(Node.self) }
            .map { ($0, syntax.line(of: $0)) }
    }

    /// Every newline stays where it is.
    private static func code(of tree: SourceFileSyntax) -> [Substring] {
        var code = ""
        for token in tree.tokens(viewMode: .sourceAccurate) {
            code += blank(token.leadingTrivia)
            switch token.tokenKind {
            case .stringSegment, .regexLiteralPattern: code += spaces(token.text)
            default: code += token.text
            }
            code += blank(token.trailingTrivia)
        }
        return code.split(separator: "\n", omittingEmptySubsequences: false)
    }

    private static func blank(_ trivia: Trivia) -> String {
        trivia.map { piece in
            switch piece {
            case .lineComment(let text), .docLineComment(let text), .blockComment(let text),
                .docBlockComment(let text):
                spaces(text)
            default:
                Trivia(pieces: [piece]).description
            }
        }.joined()
    }

    private static func spaces(_ text: String) -> String {
        String(text.map { $0 == "\n" ? "\n" : " " })
    }
}

/// Collects declarations and expressions, those inside others as well, in one walk.
private final class NodeCollector: SyntaxAnyVisitor {
    private var found: [SwiftSyntax.Syntax] = []

    static func nodes(in tree: SourceFileSyntax) -> [SwiftSyntax.Syntax] {
        let collector = NodeCollector(viewMode: .sourceAccurate)
        collector.walk(tree)
        return collector.found
    }

    override func visitAny(_ node: SwiftSyntax.Syntax) -> SyntaxVisitorContinueKind {
        switch node.kind {
        case .importDecl, .functionDecl, .initializerDecl, .subscriptDecl, .deinitializerDecl,
            .structDecl, .classDecl, .enumDecl, .actorDecl, .protocolDecl, .typeAliasDecl,
            .extensionDecl, .variableDecl, .patternBinding, .functionCallExpr, .tryExpr,
            .unresolvedAsExpr, .forceUnwrapExpr:
            found.append(node)
        default: break
        }
        return .visitChildren
    }
}
