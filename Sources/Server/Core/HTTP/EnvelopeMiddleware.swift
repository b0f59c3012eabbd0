import AtelierProtocol
import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import SignedObjects

/// Gives every reply the server's time, turns errors into problems, counts requests, and logs one
/// line for each: never a path as it was sent, an address, or a word of what is inside.
struct EnvelopeMiddleware: RouterMiddleware {
    let clock: @Sendable () -> UnixTime
    let metrics: ServerMetrics

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let counted = ServerMetrics.Request(request.head)
        metrics.begin(counted)
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, request, context)
        }
        response.headers[.atelierTime] = String(clock().milliseconds)
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil {
            response.headers[.cacheControl] = "no-store"
        }
        response.headers[.atelierRequest] = context.id
        let took = ContinuousClock.now - start
        // A body after the head of an answer to HEAD would be read as the next answer.
        if request.method == .head { response = response.createHeadResponse() }
        // What no route fits has a name of the framework's.
        let route = context.endpointPath.flatMap { $0.hasPrefix("/") ? $0 : nil }
        metrics.end(counted, route: route, status: response.status.code, took: took)
        log(request, context, response, route ?? "unknown", took)
        return response
    }

    private func log(
        _ request: Request, _ context: ServerContext, _ response: Response, _ route: String,
        _ took: Duration
    ) {
        var metadata: Logger.Metadata = [
            "method": "\(request.method.rawValue)",
            "route": "\(route)",
            "status": .stringConvertible(response.status.code),
            "ms": .stringConvertible(Int(took.wholeMilliseconds)),
        ]
        if let bytes = request.headers[.contentLength].flatMap({ Int($0) }) {
            metadata["bytes_in"] = .stringConvertible(bytes)
        }
        // A stream of events has no length.
        if let bytes = response.body.contentLength {
            metadata["bytes_out"] = .stringConvertible(bytes)
        }
        context.logger.info("request", metadata: metadata)
    }

    private func problem(
        _ error: any Error, _ request: Request, _ context: ServerContext
    ) -> Response {
        switch error {
        case ServerError.refused(let kind, let detail, let retryAfter):
            return reply(kind, detail, retryAfter: retryAfter)
        case is HTTPParserError, is RequestAborted, is ChannelError:
            // The connection is of no more use, or gone already: this ends in an answer of 400, or
            // in none.
            var response = reply(.malformed, "The request breaks off, or cannot be read.")
            response.headers[.connection] = "close"
            return response
        case is NIOTooManyBytesError:
            return reply(.tooLarge, "Send it in smaller parts.")
        case let error as HTTPError where error.status == .notFound:
            return noRoute(request)
        case let error as HTTPError where error.status == .contentTooLarge:
            return reply(.tooLarge, "Send it in smaller parts.")
        case let error as HTTPError where error.status.code < 500:
            return reply(.malformed, "See the protocol's list of routes.")
        case let error where ServerFailure.isTransient(error):
            context.logger.error("unavailable", metadata: ["error": "\(Self.safe(error))"])
            return reply(.unavailable, "Try again in a few seconds.", retryAfter: 5)
        default:
            context.logger.error("failed", metadata: ["error": "\(Self.safe(error))"])
            return reply(.internalError, "Try again later; the operator finds it in the log.")
        }
    }

    /// No route fits: there is no such path, or it takes other methods.
    private func noRoute(_ request: Request) -> Response {
        let methods = Endpoint.methods(of: request.uri.path).joined(separator: ", ")
        guard !methods.isEmpty else {
            return reply(.notFound, "See the protocol's list of routes.")
        }
        var response = reply(.methodNotAllowed, "It takes \(methods).")
        response.headers[.allow] = methods
        return response
    }

    /// Database errors may quote values; their codes say enough for a log.
    private static func safe(_ error: any Error) -> String {
        switch error {
        case let error as ServerError: error.description
        case let error as StoredFormError: error.description
        case let error as PostgresError: "PostgreSQL \(error.state ?? "connection")"
        case let error as DatabaseError: "SQLite \(error.extendedResultCode)"
        default: String(reflecting: type(of: error))
        }
    }

    private func reply(_ kind: Problem.Kind, _ detail: String, retryAfter: Int? = nil) -> Response {
        metrics.refuse(kind)
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
    static let atelierEpoch = HTTPField.Name(atelier: "Atelier-Epoch")
    static let atelierHistoryHash = HTTPField.Name(atelier: "Atelier-History-Hash")
    static let atelierWriting = HTTPField.Name(atelier: "Atelier-Writing")
    static let atelierHistory = HTTPField.Name(atelier: "Atelier-History")
    static let atelierHead = HTTPField.Name(atelier: "Atelier-Head")
    static let atelierFloor = HTTPField.Name(atelier: "Atelier-Floor")
    static let atelierHorizon = HTTPField.Name(atelier: "Atelier-Horizon")
    static let atelierRequest = HTTPField.Name(atelier: "Atelier-Request")
}

extension Problem.Kind {
    /// The HTTP status of a problem of this kind.
    package var status: Int {
        switch self {
        case .malformed: 400
        case .proofMissing, .proofInvalid, .clockWrong, .deviceUnknown, .sessionInvalid: 401
        case .inviteInvalid, .accountPending, .accountRefused, .deviceRevoked, .serviceClosed,
            .suspended, .limitReached, .tokenInvalid:
            403
        case .notFound, .notApprovedYet: 404
        case .methodNotAllowed: 405
        case .accountExists, .caseState, .keysChanged, .fork, .rewind, .fromTheFuture: 409
        case .tooLarge: 413
        case .tooMany: 429
        case .unavailable: 503
        case .internalError: 500
        }
    }

    /// What happened, in one line.
    var title: String {
        switch self {
        case .malformed: "The request cannot be read."
        case .tooLarge: "The request is too large."
        case .notFound: "There is nothing here."
        case .methodNotAllowed: "The route does not take this method."
        case .inviteInvalid: "The invite does not open an account."
        case .accountPending: "The account waits for the operator's approval."
        case .accountRefused: "The operator did not let the account in."
        case .accountExists: "The account or device exists already."
        case .proofMissing: "The request is not signed."
        case .proofInvalid: "The request's signature does not hold."
        case .clockWrong: "The device's clock is wrong."
        case .tokenInvalid: "The token does not open a session."
        case .sessionInvalid: "There is no such session."
        case .deviceUnknown: "The device is unknown."
        case .deviceRevoked: "The device was revoked."
        case .notApprovedYet: "The device is not approved yet."
        case .serviceClosed: "The service has ended."
        case .suspended: "The account is suspended."
        case .caseState: "The case does not take this now."
        case .keysChanged: "The library's keys were changed meanwhile."
        case .fork: "The replica's chain has forked."
        case .rewind: "The replica was set back."
        case .fromTheFuture: "A change is dated in the future."
        case .tooMany: "Too many requests."
        case .limitReached: "There can be no more of these."
        case .unavailable: "The server cannot answer now."
        case .internalError: "The server failed."
        }
    }
}
