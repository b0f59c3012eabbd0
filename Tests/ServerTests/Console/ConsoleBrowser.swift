import AtelierServer
import Console
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import PageParts
import Testing

/// A browser on a server's console, in process: its cookies, its pages, its authenticator.
final class ConsoleBrowser {
    /// An answer, as a page.
    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// The token that each form of the page sends back.
        var token: String? {
            text.firstMatch(of: /name="token" value="([^"]+)"/).map { String($0.1) }
        }

        /// The attribute of an element that is there once.
        func attribute(_ name: String) -> String? {
            text.components(separatedBy: "\(name)=\"").dropFirst().first.flatMap {
                $0.split(separator: "\"").first.map(String.init)
            }
        }

        /// Why a passkey was refused.
        var problem: String? { decoded("problem") }

        /// Where the page goes on.
        var next: String? { decoded("next") }

        func decoded(_ name: String) -> String? {
            (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)))?[name]
        }
    }

    let client: any TestClientProtocol
    var origin = "http://localhost"
    var cookies: [String: String] = [:]
    var authenticator = TestAuthenticator()
    /// Sent with every request.
    var headers: HTTPFields = [:]
    /// What the last page's forms send back.
    var token = ""

    init(_ client: any TestClientProtocol) { self.client = client }

    /// The session's cookie.
    var session: String? { cookies["atelier-console"] ?? cookies["__Host-atelier-console"] }

    func get(_ path: String, more: HTTPFields = [:]) async throws -> Answer {
        let answer = try await send(.get, path, more, "")
        if let token = answer.token { self.token = token }
        return answer
    }

    /// Sends a form, as a page of the console does.
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String> = [:], more: HTTPFields = [:]
    ) async throws -> Answer {
        let pairs = [("token", token)] + fields.map { ($0.key, $0.value) }
        let body = pairs.map { "\($0.0)=\(Self.encode($0.1))" }.joined(separator: "&")
        var headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
        headers[.origin] = origin
        headers[.fetchSite] = "same-origin"
        for field in more { headers[field.name] = field.value.isEmpty ? nil : field.value }
        return try await send(.post, path, headers, body)
    }

    /// Sends JSON, as a script of a page does.
    func say(
        _ path: String, _ value: some Encodable, more: HTTPFields = [:]
    ) async throws -> Answer {
        var headers: HTTPFields = [.contentType: "application/json", .origin: origin]
        for field in more { headers[field.name] = field.value.isEmpty ? nil : field.value }
        return try await send(
            .post, path, headers, String(decoding: JSONEncoder().encode(value), as: UTF8.self))
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ more: HTTPFields, _ body: String
    ) async throws -> Answer {
        var headers = self.headers
        for field in more { headers[field.name] = field.value }
        if !cookies.isEmpty {
            headers[.cookie] = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
        }
        let reply = try await client.execute(
            uri: path, method: method, headers: headers, body: ByteBuffer(string: body))
        for header in reply.headers[values: .setCookie] {
            let pair = header.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            let isGone = pair.count < 2 || header.contains("Max-Age=0")
            cookies[String(pair[0])] = isGone ? nil : String(pair[1])
        }
        return Answer(
            status: reply.status.code, headers: reply.headers, text: String(buffer: reply.body))
    }

    private static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: "a"..."z"))
            ?? ""
    }
}

extension ConsoleBrowser {
    private struct Link: Encodable {
        let link: String
        var passkey: PasskeyAttestation?
    }

    struct SignIn: Encodable {
        let passkey: PasskeyAssertion
        var next: String?
    }

    struct Added: Encodable {
        let token: String
        let label: String
        let passkey: PasskeyAttestation
    }

    struct Confirmation: Encodable {
        let token: String
        let passkey: PasskeyAssertion
    }

    /// Asks for what the page of a link needs.
    func begin(_ link: String) async throws -> Answer {
        try await say("/console/welcome/begin", Link(link: link))
    }

    /// Makes a passkey by a one-time link.
    @discardableResult
    func welcome(_ link: String) async throws -> Answer {
        let answer = try await begin(link)
        guard answer.status == 200 else { return answer }
        let request = try JSONDecoder().decode(PasskeyRequest.self, from: Data(answer.text.utf8))
        let made = authenticator.make(request)
        return try await say("/console/welcome", Link(link: link, passkey: made))
    }

    /// What the sign-in has the passkey sign.
    func challenge() async throws -> String {
        let answer = try await say("/console/sign-in/begin", [String: String]())
        return try #require(answer.decoded("challenge"))
    }

    /// Signs in by the passkey.
    @discardableResult
    func signIn(next: String? = nil) async throws -> Answer {
        authenticator.count += 1
        return try await say(
            "/console/sign-in",
            SignIn(passkey: try authenticator.sign(try await challenge()), next: next))
    }

    /// A browser whose moderator made a passkey and is signed in, with a page's token.
    static func signedIn(
        _ name: String, _ role: ModeratorRole, _ server: TestServer,
        _ client: any TestClientProtocol
    ) async throws -> ConsoleBrowser {
        let browser = ConsoleBrowser(client)
        let link = try server.core.moderators.add(name, role: role, actor: "t").token
        #expect(try await browser.welcome(link).status == 200)
        #expect(try await browser.get("/console/me").status == 200)
        return browser
    }
}

extension TestServer {
    /// Runs `body` with a client of the console's pages.
    func runConsole(
        speaksTLS: Bool = false,
        _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let console = try await Console(core: core, speaksTLS: speaksTLS)
        try await Application(router: core.router(pages: console)).test(.router) { client in
            try await body(client)
        }
    }

    /// What the audit log says, an act a line.
    func acts() throws -> [String] {
        try core.audit.entries().map {
            "\($0.actor) \($0.action) \($0.reason) \($0.detail)"
        }
    }
}
