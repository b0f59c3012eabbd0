/// A language that Atelier speaks.
public enum Language: String, Sendable, CaseIterable, Codable {
    /// English.
    case english = "en"
    /// Japanese.
    case japanese = "ja"
    /// Italian.
    case italian = "it"

    /// The language's name in itself.
    public var ownName: String {
        switch self {
        case .english: "English"
        case .japanese: "日本語"
        case .italian: "Italiano"
        }
    }

    /// The language of a tag such as `it-CH` or `ja_JP.UTF-8`; nil for one that Atelier lacks.
    public init?(tag: some StringProtocol) {
        let primary = tag.prefix { $0.isASCII && $0.isLetter }.lowercased()
        guard let language = Language(rawValue: primary) else { return nil }
        self = language
    }

    /// The language that a browser prefers among those that Atelier speaks; English where it
    /// prefers none.
    ///
    /// - Parameter header: The value of `Accept-Language`, RFC 9110, 12.5.4. At most
    ///   ``Limits/languageRanges`` ranges of it are read.
    public init(acceptLanguage header: String) {
        var best: (language: Language, weight: Double)?
        for range in header.split(separator: ",").prefix(Limits.languageRanges) {
            let parts = range.split(separator: ";").map { $0.trimmingPrefix { $0 == " " } }
            guard let tag = parts.first, let language = Language(tag: tag) else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            let weight = quality.map { Double($0) ?? 0 } ?? 1
            if weight > best?.weight ?? 0 { best = (language, weight) }
        }
        self = best?.language ?? .english
    }

    /// The language of a terminal: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
    public init(environment: [String: String]) {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"]
        let value = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = value.flatMap { Language(tag: $0) } ?? .english
    }

    /// The form of a text for a number, by the plural rules of the Unicode CLDR for whole numbers:
    /// Japanese has one form, English and Italian have a form for 1.
    func pluralForm(of count: Int) -> PluralForm {
        switch self {
        case .japanese: .other
        case .english, .italian: count == 1 ? .one : .other
        }
    }

    /// The forms that a text with a number has in this language.
    package var pluralForms: Set<PluralForm> {
        self == .japanese ? [.other] : [.one, .other]
    }
}

/// A plural form by its name in the Unicode CLDR.
package enum PluralForm: String, Sendable, Codable, CaseIterable {
    /// For 1.
    case one
    /// For every number without a form of its own.
    case other
}
