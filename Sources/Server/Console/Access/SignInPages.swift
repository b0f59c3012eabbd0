import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PageParts

/// How moderators get in and out: by a passkey, and the first time by a one-time link.
struct SignInPages: Sendable {
    let core: ServerCore
    let renderer: PageRenderer
    let access: ConsoleAccess

    func add(to router: RouterGroup<ServerContext>) {
        router.get("console/sign-in", use: signInPage)
        router.post("console/sign-in/begin", use: beginSignIn)
        router.post("console/sign-in", use: signIn)
        router.get("console/welcome", use: welcomePage)
        router.post("console/welcome/begin", use: beginWelcome)
        router.post("console/welcome", use: welcome)
        router.post("console/sign-out", use: signOut)
        router.post("console/confirm", use: confirm)
    }

    private struct SignIn: Decodable {
        let passkey: PasskeyAssertion
        let next: String?
    }

    private struct Link: Decodable {
        let link: String
    }

    private struct Welcome: Decodable {
        let link: String
        let passkey: PasskeyAttestation
    }

    private struct Confirmation: SessionMessage {
        let token: String
        let passkey: PasskeyAssertion
    }

    private struct SignOut: Decodable {}

    @Sendable private func signInPage(
        request: Request, context: ServerContext
    ) async throws -> Response {
        let asked = FormFields(queryOf: request)
        let next = ConsoleAccess.nextPage(asked["next"])
        if (try? await access.visitor(of: request, context)) != nil {
            return .redirect(to: next, type: .normal)
        }
        let writer = renderer.writer(for: request)
        return renderer.response(
            Page(
                template: "sign-in", title: writer.text("access.sign-in"), section: "console",
                values: ["next": next]),
            to: request)
    }

    private struct Begin: Decodable {}

    /// A page may be open for long before its button is pressed, and a challenge ends soon.
    @Sendable private func beginSignIn(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try await PasskeyReply.answer {
            _ = try await access.guestMessage(Begin.self, of: request, context)
            let visit = try access.visit(of: request, context)
            return try PasskeyReply.json([
                "challenge": core.passkeys.signInChallenge(), "site": visit.site.host,
            ])
        }
    }

    @Sendable private func signIn(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try await PasskeyReply.answer {
            let message = try await access.guestMessage(SignIn.self, of: request, context)
            let visit = try access.visit(of: request, context)
            let opened = try await core.passkeys.signIn(
                message.passkey, on: visit,
                former: HostCookie.session.value(of: request, at: visit.site))
            return try PasskeyReply.next(
                ConsoleAccess.nextPage(message.next), opened, at: visit.site)
        }
    }

    @Sendable private func welcomePage(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await core.readGuest(request, context)
        let writer = renderer.writer(for: request)
        return renderer.response(
            Page(template: "welcome", title: writer.text("access.welcome"), section: "console"),
            to: request)
    }

    @Sendable private func beginWelcome(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try await PasskeyReply.answer {
            let message = try await access.guestMessage(Link.self, of: request, context)
            let visit = try access.visit(of: request, context)
            return try PasskeyReply.json(
                try await core.passkeys.beginWelcome(message.link, on: visit))
        }
    }

    @Sendable private func welcome(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try await PasskeyReply.answer {
            let message = try await access.guestMessage(Welcome.self, of: request, context)
            let visit = try access.visit(of: request, context)
            let opened = try await core.passkeys.welcome(
                message.link, message.passkey, on: visit)
            return try PasskeyReply.next(ConsoleAccess.root, opened, at: visit.site)
        }
    }

    @Sendable private func confirm(
        request: Request, context: ServerContext
    ) async throws -> Response {
        try await PasskeyReply.answer {
            let (_, message) = try await access.message(Confirmation.self, of: request, context)
            let visit = try access.visit(of: request, context)
            let opened = try await core.passkeys.confirm(
                HostCookie.session.value(of: request, at: visit.site) ?? "", message.passkey,
                on: visit)
            return try PasskeyReply.next(ConsoleAccess.root, opened, at: visit.site)
        }
    }

    @Sendable private func signOut(
        request: Request, context: ServerContext
    ) async throws -> Response {
        _ = try await access.form(SignOut.self, of: request, context)
        let visit = try access.visit(of: request, context)
        try await core.moderators.endSession(HostCookie.session.value(of: request, at: visit.site))
        var response = Response.redirect(to: "\(ConsoleAccess.root)/sign-in", type: .normal)
        response.headers[.setCookie] = HostCookie.session.removal(at: visit.site)
        response.headers[.clearSiteData] = "\"cache\", \"storage\""
        return response
    }
}

extension ConsoleAccess {
    /// From where and with what somebody signs in.
    ///
    /// - Throws: ``ForeignForm`` where the request does not say which host it is to.
    func visit(of request: Request, _ context: ServerContext) throws -> PasskeyService.Visit {
        guard let site = site(of: request, context) else { throw ForeignForm() }
        return PasskeyService.Visit(
            from: core.sender(of: request, context), site: site,
            browser: BrowserName.name(request.headers[.userAgent]))
    }
}

/// What a page's script gets after a passkey was used.
enum PasskeyReply {
    /// Runs `body`; what refuses becomes a word by which the page finds its text.
    static func answer(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let refusal as PasskeyRefusal {
            return try json(["problem": refusal.rawValue], status: .forbidden)
        } catch ServerError.refused(let kind, _, let after) {
            let name = kind.rawValue.split(separator: ":").last.map(String.init) ?? ""
            var response = try json(["problem": name], status: .init(code: kind.status))
            if let after { response.headers[.retryAfter] = String(after) }
            return response
        } catch is ConsoleAccess.SignInNeeded {
            return try json(["problem": "session-invalid"], status: .unauthorized)
        } catch is ConsoleAccess.ForeignForm {
            return try json(["problem": "other-origin"], status: .forbidden)
        }
    }

    /// Where the page goes on, with the session's cookie.
    static func next(
        _ page: String, _ opened: OpenedSession, at site: PageSite
    ) throws -> Response {
        var response = try json(["next": page])
        response.headers[.setCookie] = HostCookie.session.header(opened.token, at: site)
        return response
    }

    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(value))))
    }
}
