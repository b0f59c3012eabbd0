import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import NIOCore
import PageParts

/// Gives every page its headers, and shows errors as pages.
struct PageMiddleware: RouterMiddleware {
    let renderer: PageRenderer

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch is ConsoleAccess.SignInNeeded {
            response = ConsoleAccess.signIn(for: request)
        } catch {
            guard let page = problem(error, request) else { throw error }
            response = page
        }
        for (name, value) in Self.headers { response.headers[name] = value }
        if ConsoleAccess.isConsole(request) { response.headers[.cacheControl] = "no-store" }
        return response
    }

    /// A page for what the reader can understand; other errors are told and logged as everywhere.
    private func problem(_ error: any Error, _ request: Request) -> Response? {
        let (kind, retryAfter): (Problem.Kind, Int?)
        switch error {
        case ServerError.refused(let cause, _, let after): (kind, retryAfter) = (cause, after)
        case let error as HTTPError where error.status == .notFound:
            (kind, retryAfter) = (.notFound, nil)
        case let error as HTTPError where error.status.code < 500:
            (kind, retryAfter) = (.malformed, nil)
        default: return nil
        }
        let writer = renderer.writer(for: request)
        let known: [Problem.Kind] = [.notFound, .tooMany, .tooLarge, .unavailable]
        let name =
            known.contains(kind) ? kind.rawValue.split(separator: ":").last ?? "" : "malformed"
        var response = renderer.response(
            Page(
                template: "problem", title: writer.text("problem.\(name)"),
                values: ["text": writer.text("problem.\(name)-next")],
                status: .init(code: kind.status)),
            to: request)
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }

    private static let headers = HTTPField.Name.pageHeaders(
        formAction: "'self'", referrer: "no-referrer")
}
