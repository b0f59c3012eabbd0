import Foundation
import Messages
import Testing

@Suite struct SentenceTests {
    private static let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")
    /// Errors that reach the page. Texts that are put into them from elsewhere are not looked for.
    private static let places = [
        "AtelierLibrary", "Studio", "StyleKit/Pixels/PictureError.swift",
        "StyleKit/Model/StyleError.swift", "StyleKit/Figures/FigureMarks.swift",
        "StyleKit/Decoding/PictureSurvey.swift", "SyncKitHTTP/HTTPMessage.swift",
        "SyncKit/Snapshot/SyncStore+Bundles.swift", "CreditLedger/Device/RefusedReason.swift",
    ]

    private let catalogue: Catalogue

    init() throws {
        catalogue = try Catalogue(folder: Self.sources.appending(path: "Messages/Catalogue"))
    }

    // Goal: an artist reads every error in their language. Method: each text of a `description` in
    // the sources, and of what the page's program refuses, is part of a sentence of the catalogue;
    // the catalogue's own tests see that each sentence is there in every language.
    @Test func everyErrorIsInTheCatalogue() throws {
        let known = catalogue.sentences(in: .japanese).map { Self.form(of: $0[0]) }
        var missing: [String] = []
        var count = 0
        for file in try Self.files() {
            let source = try String(contentsOf: file, encoding: .utf8)
            for text in Self.told(in: source) where text.count > 12 && text.contains(" ") {
                count += 1
                let form = text.trimmingCharacters(in: .whitespaces)
                if !known.contains(where: { $0.contains(form) }) {
                    missing.append("\(file.lastPathComponent): \(form)")
                }
            }
        }
        #expect(missing == [])
        #expect(count > 120, "the sources are read")
    }

    // Goal: no sentence is found by two forms, and none is only values.
    @Test func formsDiffer() {
        let forms = catalogue.sentences(in: .english).map { Self.form(of: $0[0]) }
        #expect(Set(forms).count == forms.count)
        #expect(forms.allSatisfy { $0.contains(/[A-Za-z]{2}/) })
        for pair in catalogue.sentences(in: .italian) { #expect(pair.count == 2) }
    }

    private static func form(of text: String) -> String {
        text.replacing(/\{\w+\}/, with: "{}")
    }

    private static func files() throws -> [URL] {
        places.flatMap { place -> [URL] in
            let url = sources.appending(path: place)
            guard url.pathExtension != "swift" else { return [url] }
            let found = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
            return (found?.allObjects as? [URL] ?? []).filter {
                // A secret's description is shown nowhere.
                $0.pathExtension == "swift" && $0.lastPathComponent != "LibraryKey.swift"
            }
        }
    }

    /// The texts of `description`s of errors, and of what the page refuses by itself.
    private static func told(in source: String) -> [String] {
        var texts: [String] = []
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        var body: [Substring] = []
        for line in lines {
            if !body.isEmpty || line.contains("var description: String {") { body.append(line) }
            if line == "    }" || line.hasSuffix("} }") {
                texts += literals(in: body.joined(separator: "\n"))
                body = []
            }
        }
        let refusal = #/(?:malformed\(\s*|what: )(?<texts>"[^"]*"(?:\s*\+\s*"[^"]*")*)/#
        return texts + source.matches(of: refusal).flatMap { literals(in: String($0.texts)) }
    }

    /// The texts of some source; those that are added to each other are one, and each `\(value)`
    /// is `{}`.
    private static func literals(in source: String) -> [String] {
        var texts: [String] = []
        var end: String.Index?
        let literal = /"((?:[^"\\]|\\[^(]|\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)"/
        for match in source.matches(of: literal) {
            let text = String(match.1)
                .replacing(/\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/, with: "{}")
                .replacing("\\\"", with: "\"")
            let isAdded = end.map {
                source[$0..<match.range.lowerBound].allSatisfy { $0.isWhitespace || $0 == "+" }
            }
            if isAdded == true, let last = texts.popLast() {
                texts.append(last + text)
            } else {
                texts.append(text)
            }
            end = match.range.upperBound
        }
        return texts
    }
}
