import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import StyleKit

/// What the rooms share.
struct StudioServices: Sendable {
    let library: OpenLibrary
    let jobs: JobBoard
    let events: EventHub
    private let copies = Turnstile(places: Limits.copiesAtOnce)

    init(library: OpenLibrary, jobs: JobBoard, events: EventHub) {
        self.library = library
        self.jobs = jobs
        self.events = events
    }

    /// A small copy of a picture of the library, which never changes at its address; the query
    /// names the width.
    func copy(
        _ request: Request, _ make: @escaping @Sendable (Library, Int) throws -> [UInt8]
    ) async throws -> Response {
        let wanted = try request.number("width", in: 1...16_384, or: 640)
        let width = Limits.copyWidths.first { $0 >= wanted } ?? Limits.copyWidths.last ?? wanted
        let library = try library.library
        let bytes = try await copies.run { try make(library, width) }
        return FileReply.reply(bytes, "image/webp", isLasting: true)
    }
}

/// One room of the page: its part of the API.
protocol Room: Sendable {
    init(studio: StudioServices)

    var studio: StudioServices { get }

    /// Adds its routes.
    func add(to router: Router<BasicRequestContext>)
}

extension Room {
    /// Answers with what `body` gives for the library.
    ///
    /// - Parameter freesRoom: Whether it removes something, and may use the room kept for that.
    func run<Value: Encodable & Sendable>(
        freesRoom: Bool = false, _ body: @escaping @Sendable (Library) throws -> Value
    ) async throws -> Response {
        let open = studio.library
        return try await Blocking.run {
            try JSONReply.reply(try body(try freesRoom ? open.freeingRoom : open.library))
        }
    }

    /// Answers with a file that is made for it.
    ///
    /// - Parameters:
    ///   - type: The media type.
    ///   - limit: The most bytes.
    ///   - make: Makes the file in a folder of its own, which is deleted afterwards; returns the
    ///     file, and the name under which the browser keeps it.
    func sendFile(
        _ type: String, limit: Int = StyleKit.Limits.fileBytes,
        _ make: @escaping @Sendable (Library, _ folder: URL) throws -> (file: URL, name: String)
    ) async throws -> Response {
        let open = studio.library
        return try await Blocking.run {
            // The folder goes with the file that made it.
            let place = try UploadedFile(named: "file", in: open.folder)
            defer { withExtendedLifetime(place) {} }
            let (file, name) = try make(
                try open.library, place.url.deletingLastPathComponent())
            return FileReply.reply(try LibraryFile.read(file, limit: limit), type, download: name)
        }
    }
}
