import Foundation
import HTTPTypes
import Hummingbird
import Messages
import NIOCore

/// The files of the page, and the page itself in the language and theme of a request.
struct SiteFiles: Sendable {
    /// The keys of the rooms' titles, by their paths.
    static let rooms = [
        "works": "works.title", "styles": "styles.title", "make": "make.title",
        "pictures": "pictures.title", "account": "account.title", "start": "start.title",
    ]

    private let folder: URL
    private let catalogue: Catalogue

    /// - Throws: `CatalogueError` where the texts are missing.
    init(
        folder: URL = Bundle.main.bundleURL.appending(path: "atelier_Studio.resources/Site")
    ) throws {
        self.folder = folder
        catalogue = try Catalogue.installed()
    }

    /// The language of a request: the one that the artist chose, else the browser's.
    static func language(of request: Request) -> Language {
        cookie("lang", request).flatMap { Language(rawValue: $0) }
            ?? Language(acceptLanguage: request.headers[.acceptLanguage] ?? "")
    }

    private static func cookie(_ name: String, _ request: Request) -> String? {
        for part in (request.headers[.cookie] ?? "").split(separator: ";") {
            let pair = part.trimmingCharacters(in: .whitespaces).split(
                separator: "=", maxSplits: 1)
            if pair.count == 2, pair[0] == name { return String(pair[1]) }
        }
        return nil
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
        let chosen = request.uri.queryParameters["lang"].flatMap { Language(rawValue: String($0)) }
        let language = chosen ?? Self.language(of: request)
        let shell = try String(contentsOf: folder.appending(path: "shell.html"), encoding: .utf8)
        let theme = Self.cookie("theme", request).flatMap {
            ["light", "dark"].contains($0) ? " data-theme=\"\($0)\"" : nil
        }
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
        if let chosen {
            headers[.setCookie] = "lang=\(chosen.rawValue); Max-Age=31536000; SameSite=Strict"
        }
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

    /// A file of the page: the stylesheet, the icon, or a module below `js`.
    func file(_ path: String) throws -> Response {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = names.last, let dot = last.lastIndex(of: "."),
            let type = Self.types[String(last[last.index(after: dot)...])],
            names.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }),
            let data = try? Data(contentsOf: folder.appending(path: path))
        else { throw APIError.notFound }
        // The browser asks each time: the program may have been replaced by another version.
        return Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }

    private static let types = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml", "webp": "image/webp",
    ]
}
