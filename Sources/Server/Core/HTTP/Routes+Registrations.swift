import AtelierProtocol
import HTTPTypes
import Hummingbird
import SignedObjects

extension Routes {
    /// Registers works and models, or withdraws them.
    @Sendable func registerWorks(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        return try json(try await core.registrations.register(try decode(incoming), incoming))
    }

    /// How a receipt stands.
    @Sendable func receiptStatus(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        let seconds = Limits.statusLifetime.components.seconds
        return try json(
            try await core.registrations.status(of: try parameter("receipt", context)),
            headers: [.cacheControl: "public, max-age=\(seconds)"])
    }
}
