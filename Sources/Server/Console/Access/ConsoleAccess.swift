import AtelierProtocol
import AtelierServer
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import PageParts

/// Who asks, and what their forms say.
///
/// A session is a cookie that no script reads. What changes something must come from a page of this
/// origin and carry the session's own token.
struct ConsoleAccess: Sendable {
    let core: ServerCore

    /// Somebody who signed in.
    struct Visitor: Sendable {
        let moderator: Moderator
        /// What each form sends back, so that no other site can send it in their name.
        let formToken: String
    }

    /// Nobody is signed in: the page of the sign-in is shown.
    struct SignInNeeded: Error {}

    /// The name of the cookie with the session.
    static let cookie = "atelier_console"

    /// Who asks for a page.
    ///
    /// - Parameter role: The least that they must be.
    /// - Throws: ``SignInNeeded``; ``ServerError/notAllowed(name:needs:)``.
    func visitor(
        of request: Request, _ context: ServerContext, atLeast role: ModeratorRole = .reviewer
    ) async throws -> Visitor {
        guard let session = Cookies.value(Self.cookie, of: request) else { throw SignInNeeded() }
        let moderator: Moderator
        do {
            moderator = try await core.moderators.moderator(session: session)
        } catch ServerError.refused(.sessionInvalid, _, _) {
            throw SignInNeeded()
        }
        guard moderator.role >= role else {
            throw ServerError.notAllowed(name: moderator.name, needs: role)
        }
        return Visitor(moderator: moderator, formToken: Self.formToken(of: session))
    }

    /// Who sends a form, and what it says.
    ///
    /// - Throws: ``SignInNeeded``; ``ServerError/notAllowed(name:needs:)``; `HTTPError` where the
    ///   form comes from elsewhere, or cannot be read.
    func form<Form: Decodable>(
        _ type: Form.Type, of request: Request, _ context: ServerContext,
        atLeast role: ModeratorRole = .reviewer
    ) async throws -> (Visitor, Form) {
        let visitor = try await visitor(of: request, context, atLeast: role)
        let bytes = try await core.readGuest(request, context, upTo: Limits.formBytes)
        let text = String(decoding: bytes, as: UTF8.self)
        let decoder = URLEncodedFormDecoder()
        let token = try? decoder.decode(Token.self, from: text).token
        guard isOwnOrigin(request), token == visitor.formToken else { throw HTTPError(.forbidden) }
        guard let form = try? decoder.decode(Form.self, from: text) else {
            throw HTTPError(.badRequest)
        }
        return (visitor, form)
    }

    private struct Token: Decodable {
        let token: String
    }

    /// Whether the browser says that a page of this server sends this.
    private func isOwnOrigin(_ request: Request) -> Bool {
        if let site = request.headers[.fetchSite], site != "same-origin" { return false }
        guard let origin = request.headers[.origin], let host = request.head.authority else {
            return false
        }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    private static func formToken(of session: String) -> String {
        let key = SymmetricKey(data: Data(session.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: Data("form".utf8), using: key)
        return code.map { String(format: "%02x", $0) }.joined()
    }
}
