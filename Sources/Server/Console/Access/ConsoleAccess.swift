import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import PageParts
import SignedObjects

/// Who asks, and what their forms say.
///
/// A session is a cookie that no script reads. What changes something must come from a page of this
/// origin and carry the session's own token.
struct ConsoleAccess: Sendable {
    let core: ServerCore
    /// Whether this program itself speaks TLS; else a proxy in front may.
    var speaksTLS = false

    /// Somebody who signed in.
    struct Visitor: Sendable {
        let session: ModeratorSession

        var moderator: Moderator { session.moderator }
        /// What each form sends back, so that no other site can send it in their name.
        var formToken: String { session.formToken }
    }

    /// Nobody is signed in: the page of the sign-in is shown.
    struct SignInNeeded: Error {}

    /// A form was sent from another page than one of this session: another site's, or one that was
    /// loaded before somebody else signed in here.
    struct ForeignForm: Error {}

    /// A weighty act waits for a passkey.
    struct ConfirmationNeeded: Error {
        let visitor: Visitor
        /// Where the form was sent.
        let path: String
        /// What it said, but for the token.
        let fields: [(name: String, value: String)]
    }

    /// Who asks for a page.
    ///
    /// - Parameters:
    ///   - role: The least that they must be.
    ///   - isUse: Whether this counts as use of the session.
    /// - Throws: ``SignInNeeded``; ``ServerError/notAllowed(name:needs:)``.
    func visitor(
        of request: Request, _ context: ServerContext, atLeast role: ModeratorRole = .reviewer,
        isUse: Bool = true
    ) async throws -> Visitor {
        guard let text = HostCookie.session.value(of: request, at: site(of: request, context))
        else {
            throw SignInNeeded()
        }
        let session: ModeratorSession
        do {
            // What a page asks by itself does not keep the session from ending idle.
            session = try await core.moderators.session(
                text, isUse: isUse && request.headers[.atelierLive] == nil)
        } catch ServerError.refused(.sessionInvalid, _, _) {
            _ = try await core.readGuest(request, context, upTo: Limits.formBytes)
            throw SignInNeeded()
        }
        // One that a link alone opened speaks to the protocol's routes only.
        guard session.confirmed != nil else { throw SignInNeeded() }
        core.trust(context)
        guard session.moderator.role >= role else {
            throw ServerError.notAllowed(name: session.moderator.name, needs: role)
        }
        return Visitor(session: session)
    }

    /// Who sends a form, and what it says.
    ///
    /// - Parameter fresh: Whether the act is so weighty that a passkey must have been used in the
    ///   last five minutes.
    /// - Throws: ``SignInNeeded``; ``ForeignForm``; ``ConfirmationNeeded``, with which a page asks
    ///   for the passkey and then goes on; ``ServerError/notAllowed(name:needs:)``; `HTTPError`
    ///   where the form cannot be read.
    func form<Form: Decodable>(
        _ type: Form.Type, of request: Request, _ context: ServerContext,
        atLeast role: ModeratorRole = .reviewer, fresh: Bool = false
    ) async throws -> (Visitor, Form) {
        guard isOwnOrigin(request, context) else { throw ForeignForm() }
        let visitor = try await visitor(of: request, context, atLeast: role)
        let bytes = try await core.readForm(
            request, context, upTo: Limits.formBytes, of: visitor.moderator.name)
        let fields = FormFields(reading: bytes)
        try check(fields["token"], of: visitor)
        let text = String(decoding: bytes, as: UTF8.self)
        guard let form = try? URLEncodedFormDecoder().decode(Form.self, from: text) else {
            throw HTTPError(.badRequest)
        }
        guard !fresh || visitor.session.isConfirmed(at: core.now) else {
            throw ConfirmationNeeded(
                visitor: visitor, path: request.uri.path,
                fields: fields.pairs.filter { $0.name != "token" })
        }
        return (visitor, form)
    }

    /// Who a script of a page speaks for, and what it says.
    func message<Message: SessionMessage>(
        _ type: Message.Type, of request: Request, _ context: ServerContext
    ) async throws -> (Visitor, Message) {
        guard isOwnOrigin(request, context) else { throw ForeignForm() }
        let visitor = try await visitor(of: request, context)
        let bytes = try await core.readForm(
            request, context, upTo: Limits.formBytes, of: visitor.moderator.name)
        let message = try Self.decode(type, bytes, request)
        try check(message.token, of: visitor)
        return (visitor, message)
    }

    /// What a script of a page says for somebody who is not signed in.
    func guestMessage<Message: Decodable>(
        _ type: Message.Type, of request: Request, _ context: ServerContext
    ) async throws -> Message {
        guard isOwnOrigin(request, context) else { throw ForeignForm() }
        let bytes = try await core.readGuest(request, context, upTo: Limits.formBytes)
        return try Self.decode(type, bytes, request)
    }

    /// Where the browser found the page; nil where it does not say, or says what is no host.
    func site(of request: Request, _ context: ServerContext) -> PageSite? {
        if let site = core.policy.site { return site }
        let host = (request.head.authority ?? "").lowercased()
        // A proxy that speaks TLS and is not named as one shows in what the browser says alone.
        let isTLS =
            isKnownTLS(request, context) || request.headers[.origin] == "https://\(host)"
            || Cookies.value(HostCookie.session.secureName, of: request) != nil
        return PageSite("\(isTLS ? "https" : "http")://\(host)")
    }

    /// Whether browsers reach the server over TLS, as far as it knows.
    func isKnownTLS(_ request: Request, _ context: ServerContext) -> Bool {
        core.policy.site?.isSecure ?? (speaksTLS || core.isForwardedTLS(request, context))
    }

    /// Whether the browser says that a page of this server sends this.
    func isOwnOrigin(_ request: Request, _ context: ServerContext) -> Bool {
        if let site = request.headers[.fetchSite], site != "same-origin" { return false }
        guard let origin = request.headers[.origin] else { return false }
        return origin == site(of: request, context)?.origin
    }

    private func check(_ token: String?, of visitor: Visitor) throws {
        // Digests, for the time that a comparison takes tells how much was right.
        guard let token, Digest(of: token) == Digest(of: visitor.formToken) else {
            throw ForeignForm()
        }
    }

    private static func decode<Message: Decodable>(
        _ type: Message.Type, _ bytes: [UInt8], _ request: Request
    ) throws -> Message {
        guard request.headers[.contentType] == "application/json",
            let message = try? JSONDecoder().decode(type, from: Data(bytes))
        else { throw HTTPError(.badRequest) }
        return message
    }
}

/// What a script sends in a session.
protocol SessionMessage: Decodable, Sendable {
    /// The session's token, as in forms.
    var token: String { get }
}

/// The fields of a form, in their order.
struct FormFields {
    let pairs: [(name: String, value: String)]

    /// Reads `application/x-www-form-urlencoded`.
    init(reading bytes: [UInt8]) {
        pairs = bytes.split(separator: UInt8(ascii: "&")).map { part in
            let halves = part.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.text(halves[0]), halves.count > 1 ? Self.text(halves[1]) : "")
        }
    }

    /// The fields of a request's query.
    init(queryOf request: Request) {
        self.init(reading: Array((request.uri.query ?? "").utf8))
    }

    /// The first value of a field; nil where there is none.
    subscript(_ name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// A query of the fields that say something, with its question mark.
    static func query(_ fields: [(name: String, value: String)]) -> String {
        "?"
            + fields.filter { !$0.value.isEmpty }
            .map { "\($0.name)=\(encode($0.value))" }.joined(separator: "&")
    }

    /// A value as part of a query.
    static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~")

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let spaced = bytes.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        let text = String(decoding: spaced, as: UTF8.self)
        return text.removingPercentEncoding ?? text
    }
}
