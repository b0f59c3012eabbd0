import Messages
import Testing

@Suite("The catalogue of texts")
struct CatalogueTests {
    @Test("Each language has the same keys, forms and placeholders", arguments: Language.allCases)
    func sameKeys(_ language: Language) throws {
        let catalogue = try Catalogue.installed()
        let english = try #require(catalogue.texts[.english])
        let texts = try #require(catalogue.texts[language])
        #expect(!english.isEmpty)
        let different = Set(texts.keys).symmetricDifference(english.keys).sorted()
        #expect(different == [])
        for (key, text) in texts {
            let expected = try #require(english[key])
            #expect(placeholders(text) == placeholders(expected), "\(key)")
            guard case .plural(let forms) = text else { continue }
            #expect(Set(forms.keys) == language.pluralForms, "\(key)")
        }
    }

    @Test("A browser's languages are weighed")
    func acceptLanguage() {
        #expect(Language(acceptLanguage: "it-IT,it;q=0.9,en;q=0.8") == .italian)
        #expect(Language(acceptLanguage: "fr, ja;q=0.5, en;q=0.4") == .japanese)
        #expect(Language(acceptLanguage: "fr") == .english)
        #expect(Language(acceptLanguage: "en;q=0, ja;q=0.1") == .japanese)
        #expect(Language(acceptLanguage: "") == .english)
    }

    /// The values that a text takes, without the number that chooses its form.
    private func placeholders(_ text: Catalogue.Text) -> Set<String> {
        let forms: [String] =
            switch text {
            case .plain(let text): [text]
            case .plural(let forms): Array(forms.values)
            }
        return Set(forms.flatMap { $0.matches(of: /\{[a-z_]+\}/).map { String($0.output) } })
            .subtracting(["{count}"])
    }
}
