import AtelierProtocol
import Hummingbird
import HTTPTypes

extension Routes {
    /// Opens a moderator's session by a one-time token.
    @Sendable func openSession(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(
            request, context, upTo: Limits.guestBytes, by: .anybody)
        return try json(
            try await core.moderators.openSession(try decode(incoming)), status: .created)
    }

    /// Says whose session it is.
    @Sendable func session(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(try await core.moderators.moderator(session: bearer(request)))
    }

    /// Ends a session.
    @Sendable func endSession(request: Request, context: ServerContext) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        try await core.moderators.endSession(bearer(request))
        return try json([String: String]())
    }

    private func bearer(_ request: Request) -> String? {
        let words = request.headers[.authorization]?.split(separator: " ") ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }
}
