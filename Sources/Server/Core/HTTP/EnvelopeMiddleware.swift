import AtelierProtocol
import Foundation
import Hummingbird
import HTTPTypes
import Logging
import NIOCore
import SignedObjects

/// Gives every reply the server's time, turns errors into problems, and logs one line a request.
struct EnvelopeMiddleware: RouterMiddleware {
    let clock: @Sendable () -> UnixTime

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, context)
        }
        response.headers[.atelierTime] = String(clock().milliseconds)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-store"
        let took = (ContinuousClock.now - start).wholeMilliseconds
        context.logger.info(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)",
                "route": "\(context.endpointPath ?? "unknown")",
                "status": "\(response.status.code)", "ms": "\(took)",
            ])
        return response
    }

    private func problem(_ error: any Error, _ context: ServerContext) -> Response {
        switch error {
        case ServerError.refused(let kind, let detail, let retryAfter):
            return reply(kind, detail, retryAfter: retryAfter)
        case is NIOTooManyBytesError:
            return reply(.tooLarge, "Send it in smaller parts.")
        case let error as HTTPError where error.status == .notFound:
            return reply(.notFound, "See the protocol's list of routes.")
        case let error as HTTPError where error.status == .contentTooLarge:
            return reply(.tooLarge, "Send it in smaller parts.")
        case let error as HTTPError where error.status.code < 500:
            return reply(.malformed, "See the protocol's list of routes.")
        case let error where ServerFailure.isPassing(error):
            context.logger.error("unavailable", metadata: ["error": "\(Self.safe(error))"])
            return reply(.unavailable, "Try again in a few seconds.", retryAfter: 5)
        default:
            context.logger.error("failed", metadata: ["error": "\(Self.safe(error))"])
            return reply(.internalError, "Try again later; the operator finds it in the log.")
        }
    }

    /// Database errors may quote values; their type says enough for a log.
    private static func safe(_ error: any Error) -> String {
        switch error {
        case let error as ServerError: error.description
        case let error as StoredFormError: error.description
        case let error as PostgresError: "PostgreSQL \(error.state ?? "connection")"
        default: String(reflecting: type(of: error))
        }
    }

    private func reply(_ kind: Problem.Kind, _ detail: String, retryAfter: Int? = nil) -> Response {
        let problem = Problem(
            type: kind, status: kind.status, title: kind.title, detail: detail, time: clock())
        let json = (try? CanonicalJSON.encoder.encode(problem)).map { [UInt8]($0) } ?? []
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(
            status: .init(code: kind.status), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: json)))
    }
}

extension HTTPField.Name {
    static let atelierTime = HTTPField.Name.known("Atelier-Time")
    static let atelierEpoch = HTTPField.Name.known("Atelier-Epoch")
    static let atelierMark = HTTPField.Name.known("Atelier-Mark")
    static let atelierHistory = HTTPField.Name.known("Atelier-History")
    static let atelierHead = HTTPField.Name.known("Atelier-Head")
    static let atelierFloor = HTTPField.Name.known("Atelier-Floor")
    static let atelierHorizon = HTTPField.Name.known("Atelier-Horizon")
    static let atelierProof = HTTPField.Name.known(RequestProof.headerName)

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("a header name in this file is not one")
        }
        return field
    }
}
