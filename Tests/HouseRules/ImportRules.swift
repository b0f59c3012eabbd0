import SwiftSyntax

/// Which target may import what: the arrows of Docs/ARCHITECTURE.md.
enum ImportRules {
    static let all = [
        Rule("imports follow the arrows of the architecture") { project in
            project.swiftFiles.flatMap(wrongImports)
        },
        Rule("nothing is imported as testable") { project in
            project.swiftFiles.flatMap { file in
                file.nodes(ImportDeclSyntax.self).compactMap { node, line in
                    guard node.attributes.trimmedDescription.contains("@testable") else {
                        return nil
                    }
                    let message =
                        "The tests run against the release build: make it 'package' instead."
                    return Finding(path: file.path, line: line, message: message)
                }
            }
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
        "Sources/SyncKit": [
            "Crypto", "GRDB", "GRDBSQLite", "CSQLite", "CZstd", "SystemSupport",
        ],
        "Sources/SyncKitHTTP": ["SyncKit", "CCurl", "HTTPTypes", "SystemSupport"],
        "Sources/SystemSupport": [],
        "Sources/Fingerprints": ["SystemSupport"],
        "Sources/CreditLedger": ["SignedObjects", "SystemSupport"],
        "Sources/ArtistFiles": [
            "CHEIF", "CJXL", "CSQLite", "CTIFF", "CZip", "CZlib", "FoundationXML",
        ],
        "Sources/StyleKit": [
            "ArtistFiles", "Crypto", "CJPEG", "CLCMS", "CPNG", "CPatchKernel", "CWebP", "CZlib",
            "Fingerprints", "SystemSupport",
        ],
        "Sources/Provenance": ["CZlib", "Crypto", "FoundationXML", "SwiftASN1", "X509"],
        "Sources/SignedObjects": ["Crypto", "SystemSupport"],
        "Sources/AtelierProtocol": [
            "SignedObjects", "CreditLedger", "Crypto", "Fingerprints", "HTTPTypes", "Provenance",
        ],
        "Sources/AtelierLibrary": [
            "AtelierProtocol", "CreditLedger", "Fingerprints", "Provenance", "SignedObjects",
            "StyleKit", "SyncKit", "SyncKitHTTP", "SystemSupport", "Crypto", "GRDB", "HTTPTypes",
        ],
        "Sources/Messages": [],
        "Sources/PageParts": http.union(["Messages"]),
        "Sources/Studio": http.union([
            "AtelierLibrary", "AtelierProtocol", "Logging", "Messages", "PageParts",
            "SignedObjects", "StyleKit", "SystemSupport",
        ]),
        "Sources/ClientCLI": [
            "AtelierLibrary", "ArgumentParser", "AtelierProtocol", "CreditLedger", "SignedObjects",
            "Studio",
        ],
        "Sources/Server/Core": http.union([
            "AtelierProtocol", "CreditLedger", "Fingerprints", "Provenance", "SignedObjects",
            "SyncKit", "SystemSupport", "CoreMetrics", "CPostgres", "Crypto", "GRDB", "GRDBSQLite",
            "Logging",
            "NIOPosix",
            "NIOSSL",
        ]),
        "Sources/Server/Console": http.union([
            "AtelierProtocol", "AtelierServer", "CreditLedger", "Crypto", "Logging", "Messages",
            "Mustache",
            "PageParts", "Provenance", "SignedObjects", "SystemSupport",
        ]),
        "Sources/Server/Command": [
            "AtelierServer", "Console", "ArgumentParser", "AtelierProtocol", "CreditLedger",
            "SignedObjects", "Logging", "ServiceLifecycle",
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
        return file.nodes(ImportDeclSyntax.self).compactMap { node, line in
            guard let module = node.path.first?.name.text, !allowed.contains(Substring(module))
            else { return nil }
            return Finding(
                path: file.path, line: line,
                message: "'\(module)' may not be imported here: see Docs/ARCHITECTURE.md.")
        }
    }

    private static func modules(for file: SourceFile) -> Set<Substring>? {
        modulesByFolder
            .filter { file.isUnder([$0.key]) }
            .max { $0.key.count < $1.key.count }
            .map { $0.value.union(toolchain) }
    }
}
