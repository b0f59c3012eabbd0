import AtelierLibrary
import HTTPTypes
import Hummingbird

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

    /// Adds its routes.
    func add(to router: Router<BasicRequestContext>)
}
