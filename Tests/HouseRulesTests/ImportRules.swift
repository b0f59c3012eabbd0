/// Which target may import what: the arrows of Docs/ARCHITECTURE.md.
enum ImportRules {
    static let all = [
        Rule("imports follow the arrows of the architecture") { project in
            project.swiftFiles.flatMap(wrongImports)
        },
        Rule("nothing is imported as testable", inCodeWhere: { _ in true }) { line in
            line.contains("@testable")
                ? "The tests run against the release build: make it 'package' instead." : nil
        },
    ]

    /// What every target may import: parts of the toolchain.
    private static let toolchain: Set<Substring> = [
        "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Musl",
        "Darwin",
    ]

    private static let http: Set<Substring> = [
        "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore", "NIOHTTP1", "NIOHTTPTypes",
        "NIOHTTPTypesHTTP1", "ServiceLifecycle", "UnixSignals",
    ]

    /// By folder; the longest folder that fits a file counts.
    private static let modulesByFolder: [String: Set<Substring>] = [
        "Sources/SyncKit": ["Crypto", "GRDB", "GRDBSQLite", "CSQLite", "CCurl", "CZstd"],
        "Sources/CreditLedger": ["SignedObjects"],
        "Sources/StyleKit": [
            "Crypto", "CJPEG", "CLCMS", "CPNG", "CPatchKernel", "CWebP", "CZlib",
        ],
        "Sources/SignedObjects": ["Crypto"],
        "Sources/AtelierProtocol": ["SignedObjects", "CreditLedger", "Crypto"],
        "Sources/AtelierLibrary": [
            "AtelierProtocol", "CreditLedger", "SignedObjects", "StyleKit", "SyncKit", "Crypto",
            "GRDB",
        ],
        "Sources/ClientCLI": [
            "AtelierLibrary", "ArgumentParser", "Rainbow", "AtelierProtocol", "CreditLedger",
            "SignedObjects",
        ],
        "Sources/Server/Core": http.union([
            "AtelierProtocol", "CreditLedger", "SignedObjects", "SyncKit", "CPostgres", "Crypto",
            "GRDB", "Logging", "NIOPosix", "NIOSSL",
        ]),
        "Sources/Server/Command": [
            "AtelierServer", "ArgumentParser", "AtelierProtocol", "CreditLedger", "SignedObjects",
            "Logging", "ServiceLifecycle",
        ],
    ]

    private static func wrongImports(in file: SourceFile) -> [Finding] {
        guard file.path.hasPrefix("Sources/") else { return [] }
        guard let allowed = modules(for: file) else {
            return [
                Finding(
                    path: file.path, line: 0,
                    message: "No arrows are drawn for this folder: see ImportRules.swift.")
            ]
        }
        return file.codeLines.enumerated().compactMap { index, line in
            guard let module = imported(by: line), !allowed.contains(module) else { return nil }
            return Finding(
                path: file.path, line: index + 1,
                message: "'\(module)' may not be imported here: see Docs/ARCHITECTURE.md.")
        }
    }

    private static func modules(for file: SourceFile) -> Set<Substring>? {
        modulesByFolder
            .filter { file.isUnder([$0.key]) }
            .max { $0.key.count < $1.key.count }
            .map { $0.value.union(toolchain) }
    }

    /// `public import struct Foundation.Data` imports `Foundation`.
    private static func imported(by line: Substring) -> Substring? {
        let words = Words.split(line)
        guard
            let place = words.firstIndex(of: "import"), words[..<place].allSatisfy(isModifier)
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let"]
        return words[(place + 1)...].first { !kinds.contains($0) }
    }

    private static func isModifier(_ word: Substring) -> Bool {
        ["public", "package", "internal", "private", "fileprivate", "preconcurrency", "testable"]
            .contains(word)
    }
}
