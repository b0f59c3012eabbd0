import Foundation
import Testing

/// The templates and their texts, as the sources have them.
struct TemplateTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Server/Console")

    private static func names(of language: String) throws -> [String: Set<String>] {
        let folder = folder.appending(path: "Catalogue/\(language)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var names: [String: Set<String>] = [:]
        for file in files {
            let data = try Data(contentsOf: folder.appending(path: file))
            let texts = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            names[String(file.dropLast(".json".count))] = Set(texts.keys)
        }
        return names
    }

    // Goal: no page shows a hole: each text that a template names is there, in each language.
    @Test func everyTextIsThere() throws {
        let english = try Self.names(of: "en")
        for language in ["ja", "it"] { #expect(try Self.names(of: language) == english) }
        let folder = Self.folder.appending(path: "Templates")
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            guard file.hasSuffix(".mustache") else { continue }
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for match in text.matches(of: /\{\{t\.([a-z-]+)\.([a-z0-9-]+)\}\}/) {
                let isThere = english[String(match.1)]?.contains(String(match.2)) == true
                #expect(isThere, "\(file): \(match.0)")
            }
        }
    }

    // Goal: no template shows a value without escaping it, nor has a script or style inside.
    @Test func everyValueIsEscaped() throws {
        let folder = Self.folder.appending(path: "Templates")
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            guard file.hasSuffix(".mustache") else { continue }
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for raw in ["{{{", "{{&", "style=", "<style", " onclick", "javascript:"] {
                #expect(!text.contains(raw), "\(file): \(raw)")
            }
            for match in text.matches(of: /<script([^>]*)>/) {
                #expect(match.1.contains("src=\"/site/"), "\(file)")
            }
        }
    }
}
