import Foundation

/// The project's text files, in memory: the real ones, or planted ones.
struct Project: Sendable {
    /// Sorted by path.
    let files: [SourceFile]
    /// The paths of files that are no text, such as pictures.
    let otherPaths: [String]

    init(files: [SourceFile], otherPaths: [String] = []) {
        self.files = files.sorted { $0.path < $1.path }
        self.otherPaths = otherPaths
    }

    /// The project that this test belongs to, read once.
    static let current = Result { try Project(readFrom: root) }

    /// The folder of Package.swift.
    static var root: URL {
        URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    var swiftFiles: [SourceFile] { files.filter(\.isSwift) }

    func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

    func containsPath(_ path: String) -> Bool {
        files.contains { $0.path == path || $0.path.hasPrefix(path + "/") }
            || otherPaths.contains(path)
    }

    private init(readFrom root: URL) throws {
        var found: [SourceFile] = []
        var others: [String] = []
        var waiting = [""]
        while let folder = waiting.popLast() {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: root.appending(path: folder).path)
            for name in names where !Self.isIgnored(name) {
                let path = folder.isEmpty ? name : folder + "/" + name
                let url = root.appending(path: path)
                let values = try url.resourceValues(forKeys: [.isDirectoryKey])
                if values.isDirectory == true {
                    waiting.append(path)
                } else if let file = try Self.read(path, at: url) {
                    found.append(file)
                } else {
                    others.append(path)
                }
            }
        }
        self.init(files: found, otherPaths: others)
    }

    /// Nil for a file that is not text.
    private static func read(_ path: String, at url: URL) throws -> SourceFile? {
        guard let text = String(validating: try Data(contentsOf: url), as: UTF8.self) else {
            return nil
        }
        let isExecutable = FileManager.default.isExecutableFile(atPath: url.path)
        return SourceFile(path: path, text: text, isExecutable: isExecutable)
    }

    /// What `.gitignore` names, and the repository itself.
    private static func isIgnored(_ name: String) -> Bool {
        [".git", ".swiftpm", "Package.resolved", "__pycache__"].contains(name)
            || name.hasPrefix(".build") || name.hasSuffix(".swp")
    }
}
