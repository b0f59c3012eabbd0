import SwiftSyntax

/// Numbers that somebody else wrote must not stop the program.
enum NumberRules {
    static let all = [
        Rule("a conversion says what becomes of what does not fit") { project in
            project.swiftFiles.filter(readsOthers).flatMap(stopping)
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

    private static let types: Set<String> = [
        "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64",
    ]

    /// Conversions between numbers that stop the program where the value does not fit.
    ///
    /// A text that is read gives nil where it is no number, so what is tested for nil is one.
    /// Single bytes of a fold, literals, constants of a type and what has a label always fit.
    private static func stopping(in file: SourceFile) -> [Finding] {
        file.nodes(FunctionCallExprSyntax.self).compactMap { call, line in
            guard
                let name = call.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text,
                types.contains(name), call.arguments.count == 1,
                let argument = call.arguments.first, argument.label == nil,
                !isConstant(argument.expression), !isTestedForNil(call),
                !isByteOfFold(argument.expression)
            else { return nil }
            return Finding(
                path: file.path, line: line,
                message: "'\(name)(' stops where the value does not fit: "
                    + "exactly:, clamping: or rounding:.")
        }
    }

    /// `7`, `.limit` or `Limits.bytes`.
    private static func isConstant(_ expression: ExprSyntax) -> Bool {
        if expression.is(IntegerLiteralExprSyntax.self) { return true }
        guard let member = expression.as(MemberAccessExprSyntax.self) else { return false }
        guard let base = member.base else { return true }
        return base.trimmedDescription.split(separator: ".").last?.first?.isUppercase == true
    }

    /// `if let a = Int(text)`, `Int(text) ?? 0`, `Int(text)?.b`, `texts.compactMap { Int($0) }`.
    private static func isTestedForNil(_ call: FunctionCallExprSyntax) -> Bool {
        if call.parent?.is(OptionalChainingExprSyntax.self) == true { return true }
        if call.parent?.parent?.is(OptionalBindingConditionSyntax.self) == true { return true }
        if let list = call.parent?.as(ExprListSyntax.self),
            list.contains(where: { $0.trimmedDescription == "??" })
        {
            return true
        }
        return enclosingCall(of: call).map { ["compactMap", "flatMap"].contains($0) } ?? false
    }

    /// `bytes.reduce(0) { $0 << 8 | Int($1) }`.
    private static func isByteOfFold(_ expression: ExprSyntax) -> Bool {
        expression.trimmedDescription == "$1" && enclosingCall(of: expression) == "reduce"
    }

    /// The name of the method that the closure around a node is passed to.
    private static func enclosingCall(of node: some SyntaxProtocol) -> String? {
        var parent = node.parent
        while let found = parent, !found.is(ClosureExprSyntax.self) { parent = found.parent }
        while let found = parent, !found.is(FunctionCallExprSyntax.self) { parent = found.parent }
        return parent?.as(FunctionCallExprSyntax.self)?.calledExpression
            .as(MemberAccessExprSyntax.self)?.declName.baseName.text
    }

    /// Stored integers of a type that is decoded without a range.
    private static func unbounded(in file: SourceFile) -> [Finding] {
        let code = file.codeLines.joined(separator: "\n")
        let extended = file.nodes(ExtensionDeclSyntax.self)
            .filter { isDecoded($0.node.inheritanceClause) }
            .map(\.node.extendedType.trimmedDescription)
        return file.nodes(StructDeclSyntax.self)
            .map(\.node)
            .filter { isDecoded($0.inheritanceClause) || extended.contains($0.name.text) }
            .flatMap { type in
                type.memberBlock.members.compactMap { $0.decl.as(VariableDeclSyntax.self) }
            }
            .compactMap { variable in
                guard let name = storedInteger(variable), !code.contains("(.\(name), in:"),
                    !code.contains(".contains(\(name))")
                else { return nil }
                return Finding(
                    path: file.path, line: file.syntax?.line(of: variable) ?? 0,
                    message: "'\(name)' is decoded as anything: decode(.\(name), in: range).")
            }
    }

    private static func isDecoded(_ inheritance: InheritanceClauseSyntax?) -> Bool {
        inheritance?.inheritedTypes.contains { inherited in
            ["Codable", "Decodable", "SignedPayload"].contains(inherited.type.trimmedDescription)
        } ?? false
    }

    /// The name of a stored property whose type is an integer, or an optional one.
    private static func storedInteger(_ variable: VariableDeclSyntax) -> String? {
        guard
            let binding = variable.bindings.first, binding.accessorBlock == nil,
            binding.initializer == nil,
            let type = binding.typeAnnotation?.type.trimmedDescription,
            types.contains(type.replacing("?", with: ""))
        else { return nil }
        return binding.pattern.trimmedDescription
    }
}
