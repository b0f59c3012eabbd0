import Foundation
import HTTPTypes
import Hummingbird
import Messages
import NIOCore
import PageParts

/// The files of the page, and the page itself in the language and theme of a request.
struct SiteFiles: Sendable {
    /// The keys of the rooms' titles, by their paths.
    static let rooms = [
        "works": "works.title", "styles": "styles.title", "make": "make.title",
        "pictures": "pictures.title", "account": "account.title", "start": "start.title",
    ]

    private let folder: PageFolder
    private let catalogue: Catalogue

    /// - Throws: `CatalogueError` where the texts are missing.
    init(
        folder: URL = PageFolder.resources(of: "Studio", "Site")
    ) throws {
        self.folder = PageFolder(folder)
        catalogue = try Catalogue.installed()
    }

    /// The texts of a language as JSON: `ja.json`, or `ja.sentences.json` for what the program
    /// says itself.
    func messages(_ file: String) throws -> Response {
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard let language = parts.first.flatMap({ Language(rawValue: String($0)) }) else {
            throw APIError.notFound
        }
        let json =
            switch parts.dropFirst().joined(separator: ".") {
            case "json": try catalogue.json(in: language)
            case "sentences.json": try JSONEncoder().encode(catalogue.sentences(in: language))
            default: throw APIError.notFound
            }
        return Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }

    /// The page of a room; `?lang=` keeps the language that the artist chose.
    func page(_ room: String, _ request: Request) throws -> Response {
        let preferences = PagePreferences(of: request)
        let language = preferences.language
        let shell = try folder.text("shell.html")
        let theme = preferences.theme.map { " data-theme=\"\($0.rawValue)\"" }
        let page = Self.fill(shell) { name in
            switch name {
            case "lang": language.rawValue
            case "room": room
            case "theme": theme ?? ""
            case "title": Self.escaped(catalogue.text(Self.rooms[room] ?? room, in: language))
            case "current:\(room)": " aria-current=\"page\""
            case let name where name.hasPrefix("t:"):
                Self.escaped(catalogue.text(String(name.dropFirst(2)), in: language))
            default: ""
            }
        }
        var headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .contentLanguage: language.rawValue,
        ]
        if let cookie = preferences.cookieHeader { headers[.setCookie] = cookie }
        return Response(
            status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: page)))
    }

    /// The text with each `{{name}}` replaced by what `value` gives for it.
    private static func fill(_ text: String, _ value: (String) -> String) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.range(of: "{{"),
            let end = rest[start.upperBound...].range(of: "}}")
        {
            result += rest[..<start.lowerBound]
            result += value(String(rest[start.upperBound..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return result + rest
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    /// A file of the page: a stylesheet, the icon, or a module below `js`.
    func file(_ path: String) throws -> Response {
        guard let file = folder.file(path) ?? PageFolder.shared.file(path) else {
            throw APIError.notFound
        }
        return file
    }
}
