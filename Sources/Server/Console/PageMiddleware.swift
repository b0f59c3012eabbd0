import AtelierProtocol
import AtelierServer
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PageParts

/// Gives every page its headers, and shows errors as pages.
struct PageMiddleware: RouterMiddleware {
    let renderer: PageRenderer
    let access: ConsoleAccess

    func handle(
        _ request: Request, context: ServerContext,
        next: @concurrent (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch is ConsoleAccess.SignInNeeded {
            response = ConsoleAccess.signIn(for: request)
        } catch let needed as ConsoleAccess.ConfirmationNeeded {
            response = confirmation(needed, request, context)
        } catch {
            guard let page = problem(error, request) else { throw error }
            note(error, context)
            response = page
        }
        for (name, value) in Self.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        if access.isKnownTLS(request, context) {
            response.headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        }
        if ConsoleAccess.isConsole(request) { response.headers[.cacheControl] = "no-store" }
        return response
    }

    /// What somebody tried and may not is in the operator's log.
    private func note(_ error: any Error, _ context: ServerContext) {
        switch error {
        case ServerError.notAllowed(let name, let role):
            context.logger.warning(
                "not allowed", metadata: ["moderator": "\(name)", "needs": "\(role.rawValue)"])
        case is ConsoleAccess.ForeignForm: context.logger.warning("foreign form")
        default: break
        }
    }

    /// Asks for a passkey and then goes on with the form.
    private func confirmation(
        _ needed: ConsoleAccess.ConfirmationNeeded, _ request: Request, _ context: ServerContext
    ) -> Response {
        let writer = renderer.writer(for: request)
        return renderer.response(
            needed.visitor.page(
                "confirm", title: writer.text("access.confirm"), in: .me,
                values: [
                    "path": needed.path,
                    "challenge": access.core.passkeys.confirmationChallenge(
                        needed.visitor.session),
                    "site": access.site(of: request, context)?.host ?? "",
                    "fields": needed.fields.map { ["name": $0.name, "value": $0.value] },
                ]),
            to: request)
    }

    /// A page for what the reader can understand; other errors are told and logged as everywhere.
    private func problem(_ error: any Error, _ request: Request) -> Response? {
        guard let problem = PageProblem(error) else { return nil }
        let writer = renderer.writer(for: request)
        var response = renderer.response(
            Page(
                template: "problem", title: writer.text("problem.\(problem.name)"),
                values: [
                    "text": writer.text("problem.\(problem.name)-next"),
                    "detail": problem.detail.ifAny,
                    "home": ConsoleAccess.isConsole(request) ? ConsoleAccess.root : "/",
                ],
                status: .init(code: problem.status)),
            to: request)
        if let seconds = problem.retryAfter { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    /// With `no-referrer` browsers would name no origin with a form either, and forms are told from
    /// those of other sites by it; other sites learn nothing of a page this way too.
    private static let headers = HTTPField.Name.pageHeaders(
        formAction: "'self'", referrer: "same-origin")
}

/// An error that a reader of pages can understand.
private struct PageProblem {
    /// Names its texts in the area `problem`.
    let name: String
    let status: Int
    /// What exactly, in the words of the command line: English.
    var detail = ""
    var retryAfter: Int?

    private init(_ name: String, _ status: Int, detail: String = "") {
        (self.name, self.status, self.detail) = (name, status, detail)
    }

    /// Nil for errors of the server's own.
    init?(_ error: any Error) {
        switch error {
        case ServerError.refused(let kind, let text, let after):
            self.init(kind)
            (detail, retryAfter) = (name == "refused" ? text : "", after)
        case ServerError.notAllowed: self.init("not-allowed", 403)
        case is ConsoleAccess.ForeignForm: self.init("foreign-form", 403)
        case ServerError.noSuchAccount, ServerError.notFound: self.init(.notFound)
        case ServerError.invalidValue, ServerError.caseRefused, ServerError.ambiguousAccount,
            ServerError.caseChanged, ServerError.caseTaken:
            self.init("refused", 409, detail: ServerFailure.explain(error).text)
        case is PasskeyRefusal: self.init("refused", 409, detail: "\(error)")
        case let error as HTTPError where error.status == .notFound: self.init(.notFound)
        case let error as HTTPError where error.status.code < 500: self.init(.malformed)
        default:
            guard ServerFailure.isWrongValue(error) else { return nil }
            self.init("refused", 409, detail: ServerFailure.explain(error).text)
        }
    }

    private init(_ kind: Problem.Kind) {
        let name =
            switch kind {
            case .malformed, .methodNotAllowed: "malformed"
            case .notFound, .tooMany, .tooLarge, .unavailable:
                kind.rawValue.split(separator: ":").last.map(String.init) ?? "malformed"
            default: "refused"
            }
        self.init(name, kind.status)
    }
}
