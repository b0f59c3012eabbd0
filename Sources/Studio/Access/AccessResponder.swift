import Foundation
import HTTPTypes
package import Hummingbird
import Messages
import NIOCore
import PageParts
import Synchronization

/// Lets through what comes from the page itself, and nothing else; then the routes answer.
///
/// Checked before any route is looked for: the host (a name that a hostile site made point here is
/// another host), the secret path and cookie, where the browser says that the request comes from,
/// and for everything that changes something its origin.
package struct AccessResponder: HTTPResponder {
    let keys: AccessKeys
    let address: StudioAddress
    let routes: RouterResponder<BasicRequestContext>

    /// Answers a request, or says that it may not be asked.
    package func respond(
        to request: Request, context: BasicRequestContext
    ) async throws -> Response {
        var response: Response
        do {
            response = try await admitted(request, context)
        } catch {
            response = APIError(error).response
        }
        for (name, value) in Self.headers { response.headers[name] = value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func admitted(
        _ request: Request, _ context: BasicRequestContext
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= Limits.targetBytes else {
            return Self.page(.uriTooLong, "The address is too long.")
        }
        guard address.accepts(host: request.head.authority) else {
            return Self.page(
                .misdirectedRequest, "Open the page with the address that atelier ui printed.")
        }
        let parts = request.uri.path.dropFirst().split(
            separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if request.uri.path == "/open", request.method == .get { return open(request) }
        guard let first = parts.first, keys.isOwn(first), parts.count == 2,
            keys.admits(request.headers[.cookie]), isFromPage(request)
        else { return Self.page(.forbidden, "Open the page again from Atelier: atelier ui") }
        var head = request.head
        let query = request.uri.query.map { "?\($0)" } ?? ""
        head.path = "/\(parts[1])\(query)"
        return try await routes.respond(
            to: Request(head: head, body: request.body), context: context)
    }

    /// Whether the browser says that the page itself asks, or that a person typed the address; a
    /// program that is no browser says nothing. What changes something must name its origin.
    private func isFromPage(_ request: Request) -> Bool {
        if let site = request.headers[.fetchSite], !["same-origin", "none"].contains(site) {
            return false
        }
        if [.get, .head].contains(request.method) { return true }
        guard let origin = request.headers[.origin] else { return false }
        return address.isOrigin(origin)
    }

    /// Takes a ticket for the cookie. The page follows by a refresh of this one: a redirection
    /// would still count as coming from where the address was opened, and send no strict cookie.
    private func open(_ request: Request) -> Response {
        let ticket = request.uri.queryParameters["ticket"].map(String.init) ?? ""
        let isNavigation = request.headers[.fetchMode].map { $0 == "navigate" } ?? true
        guard isNavigation, keys.redeem(ticket) else {
            return Self.page(
                .forbidden, "This address was used already. Run atelier ui again for a new one.")
        }
        var response = Self.page(
            .ok, "Opening Atelier",
            head: "<meta http-equiv=refresh content=\"0;url=/\(keys.path)/\">")
        response.headers[.setCookie] = keys.cookieHeader
        return response
    }

    private static func page(
        _ status: HTTPResponse.Status, _ text: String, head: String = ""
    ) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(
                byteBuffer: ByteBuffer(
                    string: "<!doctype html><html lang=en><meta charset=utf-8>\(head)"
                        + "<title>Atelier</title><p>\(text)</p></html>\n")))
    }

    private static let headers = HTTPField.Name.pageHeaders(
        formAction: "'none'", referrer: "same-origin")
}

/// Where the page is: the machine's own address, and the port.
final class StudioAddress: Sendable {
    /// The address without a port.
    let host: String
    private let taken = Mutex(0)

    init(host: String = "127.0.0.1") {
        self.host = host
    }

    /// The port, once it is taken.
    var port: Int {
        get { taken.withLock { $0 } }
        set { taken.withLock { $0 = newValue } }
    }

    /// `host:port`, as a request for this page names it.
    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether a request's host is this page's.
    func accepts(host: String?) -> Bool { host == authority }

    /// Whether an origin is this page's.
    func isOrigin(_ text: String) -> Bool { text == "http://\(authority)" }
}
