import Foundation
import HTTPTypes
import Hummingbird
import Messages
import Mustache
import NIOCore
import PageParts
import SignedObjects

/// One page as a template and the values that fill it.
///
/// A template finds texts as `{{t.AREA.NAME}}`, and everything in ``values``; both are escaped.
struct Page {
    /// The template's name.
    let template: String
    /// The title, in the reader's language.
    let title: String
    /// The entry of the navigation that the page belongs to, such as `rights`.
    var section = ""
    /// What the template shows: texts, numbers, dictionaries and lists of them.
    var values: [String: Any] = [:]
    var status = HTTPResponse.Status.ok
}

/// Makes HTML from pages, in the language and theme of a request.
struct PageRenderer: Sendable {
    private let templates: MustacheLibrary
    private let catalogue: Catalogue
    /// The texts without plural forms, by language, area and name.
    private let texts: [Language: [String: [String: String]]]

    init() async throws {
        let folder = PageFolder.resources(of: "Console", "Templates")
        templates = try await MustacheLibrary(directory: folder.path)
        catalogue = try Catalogue(folder: PageFolder.resources(of: "Console", "Catalogue"))
        texts = catalogue.texts.mapValues { texts in
            var areas: [String: [String: String]] = [:]
            for case (let key, .plain(let text)) in texts {
                let parts = key.split(separator: ".", maxSplits: 1)
                guard let area = parts.first, let name = parts.last else { continue }
                areas[String(area), default: [:]][String(name)] = text
            }
            return areas
        }
    }

    /// What writes texts for the reader of a request.
    func writer(for request: Request) -> PageWriter {
        PageWriter(catalogue: catalogue, language: PagePreferences(of: request).language)
    }

    /// The answer with a page.
    func response(_ page: Page, to request: Request) -> Response {
        let preferences = PagePreferences(of: request)
        var values = page.values.mapValues(Self.printable)
        // What a form goes on with stays as it was sent.
        values["fields"] = page.values["fields"]
        values["t"] = texts[preferences.language] ?? [:]
        values["title"] = PrintableText.line(page.title)
        values["lang"] = preferences.language.rawValue
        values["theme"] = preferences.theme?.rawValue
        values["in"] = [page.section: true]
        values["languages"] = Language.allCases.map { language in
            [
                "tag": language.rawValue, "name": language.ownName,
                "address": Self.address(of: request, in: language),
                "current": language == preferences.language,
            ] as [String: Any]
        }
        let html = templates.render(values, withTemplate: page.template)
        guard let html else { preconditionFailure("There is no template \(page.template).") }
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .contentLanguage: preferences.language.rawValue,
            .vary: "Accept-Language, Cookie",
        ]
        if let cookie = preferences.cookieHeader { headers[.setCookie] = cookie }
        return Response(
            status: page.status, headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// Without what hides, moves or turns text around, wherever it comes from.
    private static func printable(_ value: Any) -> Any {
        switch value {
        case let text as String: PrintableText.block(text)
        case let list as [Any]: list.map(printable)
        case let values as [String: Any]: values.mapValues(printable)
        default: value
        }
    }

    /// The page's own address with the language changed and the rest of the query kept.
    private static func address(of request: Request, in language: Language) -> String {
        let others = (request.uri.query ?? "").split(separator: "&").filter {
            !$0.hasPrefix("lang=")
        }
        return "?" + (others + ["lang=\(language.rawValue)"]).joined(separator: "&")
    }
}

/// Writes texts in a reader's language.
struct PageWriter: Sendable {
    private let catalogue: Catalogue
    /// The reader's language.
    let language: Language

    init(catalogue: Catalogue, language: Language) {
        self.catalogue = catalogue
        self.language = language
    }

    /// The text of a key, `AREA.NAME`, with its values.
    func text(_ key: String, _ values: [String: String] = [:], count: Int? = nil) -> String {
        catalogue.text(key, in: language, values, count: count)
    }
}

extension AccountID {
    /// The beginning, by which people tell accounts apart.
    var short: String { String(description.prefix(8)) }
}

extension String {
    /// Nothing where it is empty: a template's section shows an empty text, and an empty list not.
    var ifAny: [String] { isEmpty ? [] : [self] }
}
