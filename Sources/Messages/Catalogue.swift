public import Foundation

/// Every text that Atelier shows, in every language, by its key.
///
/// A key is `AREA.NAME`, such as `common.stop`; the file `Catalogue/LANGUAGE/AREA.json` holds the
/// names of an area. A text may contain `{name}` for a value, and is one text or one for each
/// plural form, `{"one": "{count} work", "other": "{count} works"}`, chosen by the value `count`.
public struct Catalogue: Sendable {
    /// A text as it stands in a file.
    package enum Text: Sendable, Equatable {
        /// The same for every number.
        case plain(String)
        /// A text for each plural form.
        case plural([PluralForm: String])
    }

    /// The texts by key, a table for each language.
    package let texts: [Language: [String: Text]]

    /// Reads the texts of a folder with a folder for each language.
    ///
    /// - Throws: ``CatalogueError``.
    public init(folder: URL) throws {
        var texts: [Language: [String: Text]] = [:]
        for language in Language.allCases {
            texts[language] = try Self.read(folder.appending(path: language.rawValue))
        }
        self.texts = texts
    }

    /// Reads the texts that were installed beside the program.
    ///
    /// - Throws: ``CatalogueError``.
    public static func installed() throws -> Catalogue {
        try Catalogue(folder: installedFolder)
    }

    /// Where the texts lie: the resource folder of this target, beside the executable.
    package static var installedFolder: URL {
        Bundle.main.bundleURL.appending(path: "atelier_Messages.resources/Catalogue")
    }

    /// The text of a key with its values put in.
    ///
    /// - Parameters:
    ///   - key: `AREA.NAME`. A key that does not exist is returned as it is; tests look for such.
    ///   - values: A value for each `{name}` in the text.
    ///   - count: The number that chooses the plural form; also the value of `{count}`.
    public func text(
        _ key: String, in language: Language, _ values: [String: String] = [:], count: Int? = nil
    ) -> String {
        let form: String
        switch texts[language]?[key] {
        case .plain(let text): form = text
        case .plural(let forms):
            let wanted = language.pluralForm(of: count ?? 0)
            form = forms[wanted] ?? forms[.other] ?? key
        case nil: form = key
        }
        var all = values
        if let count { all["count"] = all["count"] ?? "\(count)" }
        return Self.fill(form, all)
    }

    /// One language's texts as JSON: an object of texts, or of objects of plural forms, by key.
    ///
    /// ``sentences(in:)`` are left out.
    public func json(in language: Language) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(
            (texts[language] ?? [:]).filter { !$0.key.hasPrefix(Self.sentenceArea) })
    }

    /// What the program says in English, and the same in a language: `[[English, own]]`. Both
    /// may contain `{name}` for a value.
    ///
    /// Errors are English sentences wherever they arise; a page finds the form of one here.
    public func sentences(in language: Language) -> [[String]] {
        (texts[.english] ?? [:]).keys.filter { $0.hasPrefix(Self.sentenceArea) }.sorted()
            .compactMap { key in
                guard case .plain(let english) = texts[.english]?[key],
                    case .plain(let own) = texts[language]?[key]
                else { return nil }
                return [english, own]
            }
    }

    private static let sentenceArea = "sentences."

    /// Puts values in; a `{name}` without a value stays, and a value is never read again.
    private static func fill(_ text: String, _ values: [String: String]) -> String {
        guard !values.isEmpty else { return text }
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            result += rest[..<open] + (values[name] ?? "{\(name)}")
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private static func read(_ folder: URL) throws -> [String: Text] {
        let names = try wrap(folder) {
            try FileManager.default.contentsOfDirectory(atPath: folder.path)
        }
        var texts: [String: Text] = [:]
        for name in names where name.hasSuffix(".json") {
            let file = folder.appending(path: name)
            let data = try wrap(file) { try Data(contentsOf: file) }
            guard data.count <= Limits.textFileBytes else {
                throw CatalogueError.tooLarge(
                    path: file.path, bytes: data.count, limit: Limits.textFileBytes)
            }
            let area = try wrap(file) { try JSONDecoder().decode([String: Text].self, from: data) }
            for (key, text) in area { texts["\(name.dropLast(".json".count)).\(key)"] = text }
        }
        return texts
    }

    private static func wrap<Value>(_ file: URL, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch {
            throw CatalogueError.unreadable(path: file.path, reason: "\(error)")
        }
    }
}

extension Catalogue.Text: Codable {
    /// Reads one text, or an object of texts by the names of plural forms.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .plain(text)
            return
        }
        var forms: [PluralForm: String] = [:]
        for (name, text) in try container.decode([String: String].self) {
            guard let form = PluralForm(rawValue: name) else {
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\(name) is no plural form")
            }
            forms[form] = text
        }
        self = .plural(forms)
    }

    /// Writes the form that is read.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .plain(let text): try container.encode(text)
        case .plural(let forms):
            let pairs = forms.map { ($0.key.rawValue, $0.value) }
            try container.encode(Dictionary(uniqueKeysWithValues: pairs))
        }
    }
}

/// Why the texts could not be read.
public enum CatalogueError: Error, Equatable, CustomStringConvertible {
    /// A file or folder is missing or damaged.
    case unreadable(path: String, reason: String)
    /// A file is larger than a file of texts can be.
    case tooLarge(path: String, bytes: Int, limit: Int)

    /// What happened, and what to do.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "The texts in \(path) cannot be read: \(reason). Install Atelier again."
        case .tooLarge(let path, let bytes, let limit):
            "\(path) has \(bytes) bytes; a file of texts has at most \(limit). "
                + "Install Atelier again."
        }
    }
}
