import AtelierProtocol
import Hummingbird
import HTTPTypes

extension Routes {
    /// Opens a moderator's session by a one-time token.
    @Sendable func openSession(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        return try json(
            try await core.openSession(try decode(incoming), incoming), status: .created)
    }

    /// Says whose session it is.
    @Sendable func session(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        try await core.countGuest(incoming)
        return try json(try await core.moderator(session: bearer(request)))
    }

    /// Ends a session.
    @Sendable func endSession(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: 0)
        try await core.countGuest(incoming)
        try await core.endSession(bearer(request))
        return try json([String: String]())
    }

    private func bearer(_ request: Request) -> String? {
        let words = request.headers[.authorization]?.split(separator: " ") ?? []
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }
}
