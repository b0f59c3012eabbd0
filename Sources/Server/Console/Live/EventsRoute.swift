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
        let text = SessionCookie.value(of: request, at: access.site(of: request, context))
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
                    try await writer.write(event == last ? Self.beat : Self.message(event))
                    last = event
                    guard await watch.next() else { break }
                }
                try await writer.finish(nil)
            })
    }

    private static func message(_ event: ConsoleEvent) throws -> ByteBuffer {
        var buffer = ByteBuffer(string: "event: console\ndata: ")
        buffer.writeBytes(try JSONEncoder().encode(event))
        buffer.writeString("\n\n")
        // Long enough for connections that are closed below a byte a second.
        buffer.writeImmutableBuffer(beat)
        return buffer
    }

    private static let beat = ByteBuffer(string: ":" + String(repeating: " ", count: 61) + "\n\n")
}
