import Testing

/// A small project that breaks one rule, or comes close and does not.
struct PlantedExample: Sendable, CustomTestStringConvertible {
    let rule: String
    let files: [SourceFile]
    /// The places where the rule must find something, as `path:line`.
    let places: [String]

    var testDescription: String { "\(rule): \(places.joined(separator: ", "))" }

    init(_ rule: String, _ path: String, _ text: String, found lines: [Int]) {
        self.init(
            rule, [SourceFile(path: path, text: text)], found: lines.map { "\(path):\($0)" })
    }

    init(_ rule: String, _ files: [SourceFile], found places: [String]) {
        self.rule = rule
        self.files = files
        self.places = places
    }

    static let all = code + numbers + documents

    private static func function(lines: Int) -> String {
        "struct A {\n    func a(\n        b: Int\n    ) -> Int {\n"
            + String(repeating: "        b // {\n", count: lines - 4) + "    }\n}\n"
    }

    private static let code = [
        Self(
            "imports follow", "Sources/SyncKit/A.swift", "import GRDB\nimport StyleKit",
            found: [2]),
        Self("imports follow", "Sources/Server/Core/A.swift", "import StyleKit", found: [1]),
        Self("imports follow", "Sources/Server/Core/A.swift", "public import SyncKit", found: []),
        Self(
            "imports follow", "Sources/CreditLedger/A.swift", "private import struct GRDB.Row",
            found: [1]),
        Self("imports follow", "Sources/Elsewhere/A.swift", "", found: [0]),
        Self("nothing is imported", "Tests/A/A.swift", "@testable import SyncKit", found: [1]),
        Self(
            "no line is over 100", "Sources/A.swift",
            String(repeating: "a", count: 100) + "\n" + String(repeating: "ä", count: 101),
            found: [2]),
        Self("no function is over 70", "Sources/A.swift", function(lines: 70), found: []),
        Self("no function is over 70", "Sources/A.swift", function(lines: 71), found: [2]),
        Self(
            "no function is over 70", "Sources/A.swift",
            "protocol A {\n    func a()\n}\nstruct B {"
                + String(repeating: "\n", count: 80) + "}", found: []),
        Self(
            "no file is over 500", "Sources/A.swift", String(repeating: "\n", count: 500),
            found: []),
        Self(
            "no file is over 500", "Sources/A.swift", String(repeating: "\n", count: 501),
            found: [0]),
        Self("no type and no file", "Sources/A.swift", "\nstruct ImageManager {}", found: [2]),
        Self("no type and no file", "Sources/FileHelper.swift", "", found: [0]),
        Self("no type and no file", "Sources/A.swift", "let a = FileManager.default", found: []),
        Self("a file is named", "Sources/A.swift", "struct B {}", found: [0]),
        Self("a file is named", "Sources/A+Text.swift", "extension A {}", found: []),
        Self("a file is named", "Sources/AB+Text.swift", "extension A.B {}", found: []),
        Self("a file is named", "Sources/A.swift", "extension A {}", found: [0]),
        Self("a file is named", "Sources/A.swift", "struct A {}\nenum B {}", found: []),
        Self("a file is named", "Sources/Sizes.swift", "struct A {}\nenum B {}", found: []),
        Self("a file is named", "Sources/Sizes.swift", "struct A {\n    enum B {}\n}", found: [0]),
        Self("a file is named", "Sources/C+Text.swift", "struct A {}\nenum B {}", found: [0]),
        Self(
            "nothing is forced", "Sources/A.swift",
            "let a = try! b()\nlet c = d as! E\nfatalError(\"f\")\n// try!\n\"as!\"",
            found: [1, 2, 3]),
        Self("libraries do not print", "Sources/SyncKit/A.swift", "print(1)", found: [1]),
        Self("libraries do not print", "Sources/ClientCLI/A.swift", "print(1)", found: []),
        Self("libraries do not print", "Sources/SyncKit/A.swift", "fingerprint(1)", found: []),
        Self(
            "an unchecked Sendable", "Sources/A.swift",
            "final class A: @unchecked Sendable {}\n/// Safe.\nclass B: @unchecked Sendable {}\n"
                + "// `lock` guards both.\nclass C: @unchecked Sendable {}", found: [1, 3]),
        Self(
            "what other targets", "Sources/A.swift",
            "package func a() {}\n/// Says.\n@inlinable\npackage func b() {}", found: [1]),
        Self(
            "the cores read no", "Sources/SyncKit/Clock/A.swift",
            "let a = Date()\nlet b = makeDate()\nawait c()\n// await", found: [1, 3]),
        Self("the cores read no", "Sources/SyncKit/Store/A.swift", "let a = Date()", found: []),
        Self(
            "tests do not sleep", "Tests/A/A.swift",
            "try await Task.sleep(for: .seconds(1))\nusleep(1)\nasleep()", found: [1, 2]),
    ]

    private static let numbers = [
        Self(
            "a conversion says", "Sources/AtelierLibrary/A.swift",
            "let a = Int(b)\nlet c = Int64((d * 100).rounded())\nlet e = Int(clamping: b)\n"
                + "guard let f = Int(text) else { return }\ntexts.compactMap { UInt32($0) }\n"
                + "let g = Int64(Limits.h)\nbytes.reduce(0) { $0 << 8 | Int($1) }\nvar i: [Int]()",
            found: [1, 2]),
        Self("a conversion says", "Sources/SyncKit/A.swift", "let a = Int(b)", found: []),
        Self(
            "a number from outside", "Sources/AtelierProtocol/A.swift",
            "struct A: Codable {\n    let a: Int\n    let b: Int64?\n    let c: String\n"
                + "    init(from d: any Decoder) { b = d.decode(.b, in: 0...1) }\n}", found: [2]),
        Self(
            "a number from outside", "Sources/AtelierProtocol/A.swift",
            "struct A {\n    let a: Int\n}", found: []),
    ]

    private static let documents = [
        Self(
            "things have the names", "Sources/A.swift",
            "let isGrave = 1\n// graves, gravel\nlet engraved = 2\nlet epochMark = 3\n"
                + "// put out\n// input output", found: [1, 2, 4, 5]),
        Self("things have the names", "CHANGELOG.md", "graves", found: []),
        Self("nothing is left", "Docs/A.md", "fine\nTO" + "DO later", found: [2]),
        Self(
            "no path of one", "Docs/A.md", "see `/ho" + "me/me/a`\nsee docs/ho" + "me/a", found: [1]
        ),
        Self(
            "scripts are executable",
            commands + [
                SourceFile(path: "Scripts/a", text: "#!/bin/sh"),
                SourceFile(path: "Scripts/b", text: "text", isExecutable: true),
            ], found: ["Scripts/a:0", "Scripts/b:0"]),
        Self("scripts are executable", Array(commands.dropFirst()), found: ["run-tests:0"]),
        Self(
            "links between",
            [
                SourceFile(
                    path: "Docs/A.md",
                    text: "[b](B.md#part) [c](../README.md) [d](https://example.org)\n[e](E.md)"),
                SourceFile(path: "Docs/B.md", text: ""), SourceFile(path: "README.md", text: ""),
            ], found: ["Docs/A.md:2"]),
        Self(
            "the tests that",
            [
                SourceFile(
                    path: "Docs/A.md",
                    text: "`ATests.b`, `CTests.ATests.b`\n`ATests.c`\n`DTests.ATests.b` and `A.b`"),
                SourceFile(
                    path: "Tests/CTests/ATests.swift", text: "struct ATests {\n    func b() {}\n}"),
            ], found: ["Docs/A.md:2", "Docs/A.md:3"]),
        Self("the commands of", [], found: ["README.md:0"]),
        Self(
            "the commands of",
            [
                SourceFile(
                    path: "README.md", text: "```\n$ atelier sync\n$ atelier fly\n./run\n```"),
                SourceFile(path: "Sources/ClientCLI/A.swift", text: "commandName: \"sync\","),
            ], found: ["README.md:3", "README.md:4"]),
    ]

    private static let commands = ["run-tests", "atelier-demo", "Scripts/setup", ".ci/run"]
        .map { SourceFile(path: $0, text: "#!/bin/sh", isExecutable: true) }
}
