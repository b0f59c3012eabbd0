/// Numbers that somebody else wrote must not stop the program.
enum NumberRules {
    static let all = [
        Rule("a conversion says what becomes of what does not fit", inCodeWhere: readsOthers) {
            line in
            unlabelled(in: line).map {
                "'\($0)(' stops where the value does not fit: exactly:, clamping: or rounding:."
            }
        },
        Rule("a number from outside is bounded where it is read") { project in
            project.swiftFiles.filter(isWire).flatMap(unbounded)
        },
    ]

    /// The layers that read rows, replies and files which others wrote.
    private static func readsOthers(_ file: SourceFile) -> Bool {
        file.isUnder([
            "Sources/AtelierLibrary", "Sources/ClientCLI", "Sources/AtelierProtocol",
            "Sources/CreditLedger/Objects", "Sources/CreditLedger/Exchange",
        ])
    }

    /// Where the types are that travel.
    private static func isWire(_ file: SourceFile) -> Bool {
        file.isUnder([
            "Sources/AtelierProtocol", "Sources/CreditLedger/Objects",
            "Sources/CreditLedger/Exchange",
        ])
    }

    private static let types: Set<Substring> = [
        "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64",
    ]

    /// The integer type of a conversion that stops; nil where there is none.
    ///
    /// A text that is read gives nil where it is no number, so it stands behind `let` in a
    /// condition, or in `compactMap` or `flatMap`. Single bytes of a fold, digits, constants and
    /// what has a label always fit.
    private static func unlabelled(in line: Substring) -> Substring? {
        for match in line.matches(of: /\b(U?Int(?:8|16|32|64)?)\(([^)]*)/) {
            let (start, argument) = (match.range.lowerBound, match.output.2)
            let isLabelled = argument.prefixMatch(of: #/\w+: /#) != nil
            let isConstant =
                argument.prefixMatch(of: /(?:\w+\.)?[A-Z]\w*\.\w+$|\d+$/) != nil
            let isOptional =
                line[match.range.upperBound...].hasPrefix(")?") || line.contains("radix:")
            let isByte = argument.prefixMatch(of: /\$1$/) != nil && line.contains("reduce")
            let before = line[..<start]
            let isRead =
                before.contains(/(?:compactMap|flatMap)\s*\{[^}]*$/)
                || before.contains(/(?:(?:if|guard|while|,)\s+let\s+\w+\s*=\s*)$/)
            if !isLabelled, !isConstant, !isByte, !isRead, !isOptional, !argument.isEmpty {
                return match.output.1
            }
        }
        return nil
    }

    /// A stored property that stands alone on its line, its name and type.
    private static var stored: Regex<(Substring, Substring, Substring)> {
        /\s*(?:(?:public|package)(?: private\(set\))? )?(?:let|var) (\w+): (\w+)\??$/
    }

    /// Integers of a type that is decoded without a range.
    private static func unbounded(in file: SourceFile) -> [Finding] {
        let code = file.codeLines.joined(separator: "\n")
        guard code.contains(/\b(?:Codable|Decodable|SignedPayload)\b/) else { return [] }
        return file.codeLines.enumerated().compactMap { index, line in
            let field = line.prefixMatch(of: stored)
            guard let field, types.contains(field.output.2) else { return nil }
            let name = field.output.1
            guard !code.contains("(.\(name), in:"), !code.contains(".contains(\(name))") else {
                return nil
            }
            return Finding(
                path: file.path, line: index + 1,
                message: "'\(name)' is decoded as anything: decode(.\(name), in: range).")
        }
    }
}
