import Foundation
import Messages
import Testing

@Suite struct CatalogueTests {
    private let sources = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources")
    private let catalogue: Catalogue

    init() throws {
        catalogue = try Catalogue(folder: sources.appending(path: "Messages/Catalogue"))
    }

    // Goal: nothing is shown in another language than the artist's.
    @Test(arguments: [Language.japanese, .italian])
    func everyLanguageHasEveryText(language: Language) throws {
        let english = Set(try #require(catalogue.texts[.english]).keys)
        let other = Set(try #require(catalogue.texts[language]).keys)
        #expect(english.subtracting(other).sorted() == [])
        #expect(other.subtracting(english).sorted() == [])
        #expect(english.count > 200)
    }

    // Goal: each text has the forms that its language needs, and the same values in all.
    @Test func formsAndValuesAgree() throws {
        let english = try #require(catalogue.texts[.english])
        for language in Language.allCases {
            for (key, text) in try #require(catalogue.texts[language]) {
                if case .plural(let forms) = text {
                    #expect(Set(forms.keys) == language.pluralForms, "\(language) \(key)")
                }
                #expect(!texts(of: text).contains(""), "\(language) \(key)")
                let own = try #require(english[key])
                // The form for one may do without its number.
                let allowed = names(in: own).union(isPlural(own) ? ["count"] : [])
                #expect(names(in: text).isSubset(of: allowed), "\(language) \(key)")
            }
        }
    }

    // Goal: no text is left over, and none is missing that the page or a command asks for.
    // Method: looks for keys as literals in every source file; an area that is asked for by
    // `t(`area.${name}`)` counts as used as a whole.
    @Test func everyTextIsUsedAndThere() throws {
        // What the program says itself is looked for by its form: see SentenceTests.
        let known = Set(try #require(catalogue.texts[.english]).keys)
            .filter { !$0.hasPrefix("sentences.") }
        let areas = Set(known.compactMap { $0.split(separator: ".").first.map(String.init) })
        let source = try allSources()
        let pattern = #/["'`:](?<area>[a-z]+)\.(?<name>[a-z0-9_-]+)["'`}]/#
        var asked = Set<String>()
        for match in source.matches(of: pattern) where areas.contains(String(match.area)) {
            asked.insert("\(match.area).\(match.name)")
        }
        let dynamic = areas.filter { source.contains("`\($0).${") || source.contains("'\($0).' +") }
        let unused = known.subtracting(asked).filter { key in
            !dynamic.contains { key.hasPrefix("\($0).") }
        }
        #expect(unused.sorted() == [])
        let files = ["html", "js", "json", "css", "key", "swift", "sqlite", "csv"]
        let missing = asked.subtracting(known).filter { key in
            !files.contains { key.hasSuffix(".\($0)") }
        }
        #expect(missing.sorted() == [])
    }

    @Test func valuesAreFilledAndPluralFormsChosen() {
        func text(_ language: Language, _ count: Int) -> String {
            catalogue.text("shell.credits_of", in: language, ["left": "0"], count: count)
        }
        #expect(text(.english, 1) == "0 of 1 credit")
        #expect(text(.english, 2) == "0 of 2 credits")
        #expect(text(.italian, 1) == "0 credito su 1")
        #expect(text(.japanese, 1) == "1回のうち残り0回")
        #expect(catalogue.text("no.such_key", in: .english) == "no.such_key")
        // A value that looks like a name is not filled in again.
        let filled = catalogue.text("common.failed", in: .english, ["status": "{status}"])
        #expect(filled.contains("({status})"))
    }

    @Test func languagesAreChosenByPreference() {
        #expect(Language(acceptLanguage: "") == .english)
        #expect(Language(acceptLanguage: "fr, de;q=0.9") == .english)
        #expect(Language(acceptLanguage: "fr;q=1, it-CH;q=0.6, ja;q=0.8") == .japanese)
        #expect(Language(acceptLanguage: "IT, en;q=0.9") == .italian)
        #expect(Language(acceptLanguage: "ja;q=0, it;q=0.1") == .italian)
        #expect(Language(acceptLanguage: "ja;q=x,it;q=0.2") == .italian)
        let many = Array(repeating: "fr", count: Limits.languageRanges)
        #expect(
            Language(acceptLanguage: (many.dropLast() + ["ja"]).joined(separator: ",")) == .japanese
        )
        #expect(Language(acceptLanguage: (many + ["ja"]).joined(separator: ",")) == .english)
        #expect(Language(environment: ["LANG": "it_IT.UTF-8"]) == .italian)
        #expect(Language(environment: ["LC_ALL": "C", "LANG": "it_IT"]) == .english)
        #expect(Language(environment: ["LC_ALL": "", "LC_MESSAGES": "ja_JP"]) == .japanese)
    }

    @Test func damagedFilesAreToldByName() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "catalogue-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for language in Language.allCases {
            try FileManager.default.createDirectory(
                at: folder.appending(path: language.rawValue), withIntermediateDirectories: true)
        }
        let file = folder.appending(path: "ja/make.json")
        try Data(#"{"title": {"few": "x"}}"#.utf8).write(to: file)
        let error = #expect(throws: CatalogueError.self) { try Catalogue(folder: folder) }
        #expect("\(try #require(error))".contains("ja/make.json"))
        let large = Data(repeating: 0x20, count: Limits.textFileBytes + 1)
        try large.write(to: file)
        #expect(
            throws: CatalogueError.tooLarge(
                path: file.path, bytes: large.count, limit: Limits.textFileBytes)
        ) { try Catalogue(folder: folder) }
    }

    private func isPlural(_ text: Catalogue.Text) -> Bool {
        if case .plural = text { true } else { false }
    }

    private func texts(of text: Catalogue.Text) -> [String] {
        switch text {
        case .plain(let text): [text]
        case .plural(let forms): Array(forms.values)
        }
    }

    private func names(in text: Catalogue.Text) -> Set<String> {
        Set(texts(of: text).flatMap { $0.matches(of: #/\{(\w+)\}/#).map { String($0.1) } })
    }

    private func allSources() throws -> String {
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        var all = ""
        while let file = files?.nextObject() as? URL {
            // The console has texts of its own.
            guard ["swift", "js", "html"].contains(file.pathExtension),
                !file.path.contains("/Server/Console/")
            else { continue }
            all += try String(contentsOf: file, encoding: .utf8) + "\n"
        }
        return all
    }
}
