import AtelierProtocol
import HTTPTypes
import Hummingbird

extension Routes {
    /// The root certificates, signed.
    @Sendable func provenanceRoots(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try json(
            try await core.authority.list(), headers: [.cacheControl: Self.forAWhile])
    }

    /// The root certificates as PEM.
    @Sendable func provenanceAnchors(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        var response = text(try await core.authority.pem(), type: "application/x-pem-file")
        response.headers[.cacheControl] = Self.forAWhile
        return response
    }

    /// The list of revoked certificates.
    @Sendable func provenanceRevocations(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await read(request, context, upTo: 0, by: .anybody)
        return try await core.authority.revocations().response(to: request)
    }

    /// The asking device's certificate.
    @Sendable func signingCertificate(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try json(
            try await core.authority.certificate(try await read(request, context, upTo: 0)))
    }

    /// Sets the account's public name.
    @Sendable func publicName(request: Request, context: ServerContext) async throws -> Response {
        let incoming = try await read(request, context, upTo: ProtocolLimits.messageBytes)
        return try json(try await core.authority.setName(try decode(incoming), incoming))
    }

    private static let forAWhile =
        "public, max-age=\(Limits.statusLifetime.components.seconds)"
}
