import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `/console/events`: tells an open page that what it shows has changed, until one of the two
/// closes the connection, or the session ends.
struct EventsRoute: Sendable {
    let core: ServerCore
    let access: ConsoleAccess

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/events", use: events)
    }

    @Sendable private func events(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let text = HostCookie.session.value(of: request, at: access.site(of: request, context))
        // Waiting is no use: a page that is left open ends as a closed one does.
        let session = try await access.visitor(of: request, context, isUse: false).session
        let number = request.uri.queryParameters["case"].flatMap { Int64($0) }
        let watch = try core.watchConsole()
        let core = core
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                var last: ConsoleEvent?
                while (try? await core.moderators.session(text, isUse: false))?.id == session.id {
                    let event = try await core.consoleEvent(ofCase: number)
                    try await writer.write(event == last ? EventStream.beat : Self.message(event))
                    last = event
                    guard await watch.next() else { break }
                }
                try await writer.finish(nil)
            })
    }

    private static func message(_ event: ConsoleEvent) throws -> ByteBuffer {
        var buffer = EventStream.message("console", try JSONEncoder().encode(event))
        // An event alone may be too short for connections that are closed below a byte a second.
        buffer.writeImmutableBuffer(EventStream.beat)
        return buffer
    }
}
