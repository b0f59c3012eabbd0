import AtelierLibrary
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Studio
import Testing

/// Who gets the page, and who gets nothing: another page, a hostile site, another user.
@Suite("Access to the page")
struct AccessTests {
    @Test("The browser that was opened gets every room and the API")
    func ownPage() async throws {
        try await PageClient.run { page, _ in
            for path in ["", "works", "account", "api/status", "messages/ja.json", "studio.css"] {
                #expect(try await page.ask(path).status == .ok, "\(path)")
            }
            let reply = try await page.ask("works")
            let policy = try #require(reply.headers[.contentSecurityPolicy])
            #expect(policy.hasPrefix("default-src 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(reply.headers[.xContentTypeOptions] == "nosniff")
            #expect(reply.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test("A name that a hostile site makes point here is another host")
    func rebinding() async throws {
        try await PageClient.run { page, _ in
            for host in ["evil.example", "localhost", "127.0.0.1", "evil.example:80"] {
                let reply = try await page.ask("api/status", host: host)
                #expect(reply.status == .misdirectedRequest, "\(host)")
                #expect(!reply.text.contains("device"))
            }
        }
    }

    @Test("Nothing is given without the cookie, or with the cookie on another path")
    func cookieAndPath() async throws {
        try await PageClient.run { page, _ in
            var headers = page.headers
            headers[.cookie] = nil
            #expect(try await page.ask("api/status", headers: headers).status == .forbidden)
            headers[.cookie] = "atelier=0123456789abcdef"
            #expect(try await page.ask("api/status", headers: headers).status == .forbidden)
            // Another user of the machine who got the cookie on a port of their own.
            for path in ["/", "/api/status", "/00000000000000000000000000000000/api/status"] {
                let reply = try await PageClient.send(
                    path, host: page.authority, page.headers, to: page.port)
                #expect(reply.status == .forbidden, "\(path)")
            }
        }
    }

    @Test("Another site, and another port of this machine, get nothing even with the cookie")
    func otherSites() async throws {
        try await PageClient.run { page, _ in
            for site in ["cross-site", "same-site"] {
                var headers = page.headers
                headers[PageClient.fetchSite] = site
                for path in ["api/status", "works"] {
                    let reply = try await page.ask(path, headers: headers)
                    #expect(reply.status == .forbidden, "\(site) \(path)")
                }
            }
        }
    }

    @Test("What changes something names the page's own origin")
    func origins() async throws {
        try await PageClient.run { page, _ in
            let foreign = ["http://evil.example", "null", "http://127.0.0.1:1", nil]
            for origin in foreign {
                for method in [HTTPRequest.Method.post, .put, .patch, .delete] {
                    var headers = page.headers
                    headers[.origin] = origin
                    let reply = try await page.ask(
                        "api/trash/00", method, headers: headers)
                    #expect(reply.status == .forbidden, "\(method) \(origin ?? "-")")
                }
            }
        }
    }

    @Test("A ticket opens the page once, and to a navigation only")
    func tickets() async throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "studio-\(UUID().uuidString)")
        let studio = try Studio(folder: LibraryFolder(root: place))
        try await studio.application().test(.live) { client in
            let address = try #require(URL(string: studio.issueAddress()))
            let authority = "127.0.0.1:\(address.port ?? 0)"
            let uri = "/open?\(address.query() ?? "")"
            let port = try #require(client.port)
            func open(_ mode: String) async throws -> TestClient.Response {
                let name = try #require(HTTPField.Name("Sec-Fetch-Mode"))
                return try await PageClient.send(uri, host: authority, [name: mode], to: port)
            }
            #expect(try await open("no-cors").status == .forbidden)
            let first = try await open("navigate")
            #expect(first.status == .ok)
            let cookie = try #require(first.headers[.setCookie])
            #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
            let second = try await open("navigate")
            #expect(second.status == .forbidden)
            #expect(second.headers[.setCookie] == nil)
        }
    }

    @Test("No path leads out of the page's folder")
    func paths() async throws {
        try await PageClient.run { page, _ in
            let paths = [
                "js/../studio.css", "js/..%2f..%2fatelier", "js/.hidden.js", "js//x.js",
                "js/rooms/works.js%00.css", "messages/..%2fen.json", "js/x.swift",
            ]
            for path in paths {
                let reply = try await page.ask(path)
                #expect([.notFound, .badRequest].contains(reply.status), "\(path)")
            }
        }
    }

    @Test("A text is escaped in the page, and bodies have limits")
    func limits() async throws {
        try await PageClient.run { page, _ in
            let long = String(repeating: "x", count: 9_000)
            #expect(try await page.ask("api/works?find=\(long)").status == .uriTooLong)
            let large = [UInt8](repeating: 32, count: 600 * 1024)
            let reply = try await page.ask("api/start/restore", .post, large)
            #expect(reply.status == .contentTooLarge)
        }
    }
}
