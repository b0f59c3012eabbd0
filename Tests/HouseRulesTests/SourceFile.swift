/// One text file of the project.
struct SourceFile: Sendable {
    /// Relative to the project's root, such as `Sources/SyncKit/Limits.swift`.
    let path: String
    let isExecutable: Bool
    let lines: [Substring]
    /// The same lines with comments and string literals blanked out; as they are outside Swift.
    let codeLines: [Substring]
    /// What ``codeLines`` are cut from, as UTF-8.
    let code: [UInt8]

    init(path: String, text: String, isExecutable: Bool = false) {
        self.path = path
        self.isExecutable = isExecutable
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = path.hasSuffix(".swift") ? SwiftMask.mask(Array(text.utf8)) : Array(text.utf8)
        codeLines = String(decoding: code, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
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
}
