import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import PageParts
import SignedObjects
import TestSupport
import Testing

/// What the console's pages show and send.
@Suite(.onBothDatabases)
struct ConsolePageTests {
    private static let strictTransport = HTTPField.Name.strictTransportSecurity

    // Goal: each page forbids what it does not need, is kept by no cache, and asks for TLS where
    // there is some; the cookie is one that no other host and no script reaches.
    @Test func pagesAreHardened() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            for path in ["/console/me", "/console/audit", "/console/nothing", "/console/sign-in"] {
                let headers = try await ann.get(path).headers
                let policy = try #require(headers[.contentSecurityPolicy])
                for part in [
                    "default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'",
                    "form-action 'self'",
                ] {
                    #expect(policy.contains(part))
                }
                #expect(!policy.contains("unsafe"))
                #expect(headers[.cacheControl] == "no-store")
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[Self.strictTransport] == nil)
            }
        }
        try await server.runConsole(speaksTLS: true) { client in
            let bob = ConsoleBrowser(client)
            bob.origin = "https://localhost"
            bob.authenticator.origin = bob.origin
            let link = try server.core.moderators.add("bob", role: .reviewer, actor: "t").token
            let answer = try await bob.welcome(link)
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-atelier-console=ats1-"))
            for part in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
                #expect(cookie.contains(part))
            }
            #expect(!cookie.contains("Domain"))
            let page = try await bob.get("/console/me")
            #expect(page.status == 200)
            #expect(page.headers[Self.strictTransport]?.hasPrefix("max-age=63072000") == true)
            // The plain name is not believed over TLS: another host may have planted it.
            bob.cookies = ["atelier-console": try #require(bob.session)]
            #expect(try await bob.get("/console/me").status == 303)
        }
    }

    // Goal: behind a proxy that is named as one, TLS is known by its word, and by nobody else's.
    @Test func aProxysWordOnTLSIsBelieved() async throws {
        for (header, name, yes) in [
            (TrustedProxies.Header.xForwardedFor, "X-Forwarded-Proto", "https"),
            (.forwarded, "Forwarded", "for=192.0.2.1;proto=https"),
        ] {
            let field = try #require(HTTPField.Name(name))
            let proxies = TrustedProxies(
                [try #require(NetworkRange("127.0.0.0/8"))], header: header)
            let proxy = NetworkAddress("127.0.0.1")
            let other = NetworkAddress("192.0.2.7")
            #expect(proxies.saysTLS(peer: proxy, headers: [field: yes]))
            #expect(!proxies.saysTLS(peer: other, headers: [field: yes]))
            #expect(!proxies.saysTLS(peer: proxy, headers: [:]))
            #expect(!proxies.saysTLS(peer: nil, headers: [field: yes]))
            #expect(!proxies.saysTLS(peer: proxy, headers: [field: "http, for=a;proto=http"]))
        }
    }

    // Goal: names and words from elsewhere are shown as they are and do nothing.
    // Method: HTML, quotes, bidi and control characters wherever a page takes a text.
    @Test func hostileTextIsOnlyText() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let name = "<img src=x onerror=alert(1)>\"'"
            let ann = try await ConsoleBrowser.signedIn(name, .administrator, server, client)
            let words = "</p><script>alert(1)</script>\u{202E}abc\u{7}{{token}}"
            let pause: KeyValuePairs = ["reason": "\"><b>", "message": words, "hours": "2"]
            #expect(try await ann.post("/console/service/pause", pause).status == 303)
            for path in [
                "service", "moderators", "me", "audit",
                "audit?text=%22%3E%3Cscript%3E&actor=%3Cb%3E&before=x&account=%27",
                "sign-in?next=%22%3E%3Cscript%3E", "welcome?lang=%3Cscript%3E",
            ] {
                let page = try await ann.get("/console/\(path)").text
                for raw in ["<img src=x", "<script>alert", "\"><b>", "\"><script>", "\u{7}"] {
                    #expect(!page.contains(raw), "\(path) \(raw)")
                }
            }
            for bad in ["a\u{7}", "a\nb", "\u{202E}a", " a", "", String(repeating: "a", count: 65)]
            {
                let answer = try await ann.post(
                    "/console/moderators/add", ["name": bad, "role": "reviewer"])
                #expect(answer.status == 409, "\(bad)")
            }
            for bad in ["boss", "", "Administrator"] {
                let answer = try await ann.post(
                    "/console/moderators/add", ["name": "bob", "role": bad])
                #expect(answer.status == 400)
            }
        }
    }

    // Goal: the last administrator can neither be removed nor made less, by page or by command, and
    // of two who remove each other one stays.
    @Test func theLastAdministratorStays() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let moderators = server.core.moderators
            for (path, form) in [
                ("remove", ["name": "ann"]), ("role", ["name": "ann", "role": "reviewer"]),
                ("add", ["name": "ann", "role": "moderator"]),
            ] as [(String, KeyValuePairs<String, String>)] {
                #expect(try await ann.post("/console/moderators/\(path)", form).status == 409)
            }
            #expect(throws: ServerError.self) { try moderators.remove("ann", actor: "operator x") }
            #expect(throws: ServerError.self) {
                try moderators.add("ann", role: .reviewer, actor: "operator x")
            }
            _ = try moderators.add("bob", role: .administrator, actor: "t")
            await withTaskGroup(of: Void.self) { group in
                for (name, other) in [("ann", "bob"), ("bob", "ann")] {
                    group.addTask {
                        try? moderators.remove(name, actor: other, as: other)
                    }
                }
            }
            #expect(try moderators.list().count { $0.role == .administrator } == 1)
        }
    }

    // Goal: a role that was taken does not come back by a link that was made before.
    @Test func anOldLinkBringsNoOldRole() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let moderators = server.core.moderators
            let first = try #require(try moderators.firstAdministrator()).token
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let link = try moderators.add("bob", role: .administrator, actor: "t").token
            _ = try await ann.post("/console/moderators/role", ["name": "bob", "role": "reviewer"])
            #expect(try await ConsoleBrowser(client).welcome(link).problem == "token-invalid")
            // The first administrator's link is good only while there is none.
            #expect(try await ConsoleBrowser(client).welcome(first).problem == "token-invalid")
            let gone = try moderators.add("joe", role: .moderator, actor: "t").token
            try moderators.remove("joe", actor: "t")
            #expect(try await ConsoleBrowser(client).welcome(gone).problem == "token-invalid")
        }
    }

    // Goal: one's passkeys and sessions are one's own to see and end; the only passkey stays.
    @Test func onesOwnAccess() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .moderator, server, client)
            let second = ConsoleBrowser(client)
            second.authenticator = ann.authenticator
            try await second.signIn()
            let eve = try await ConsoleBrowser.signedIn("eve", .moderator, server, client)
            let passkey = Base64URL.encode(ann.authenticator.id)
            let path = "/console/me/passkeys/remove"
            #expect(try await eve.post(path, ["id": passkey]).status == 409)
            #expect(try await ann.post(path, ["id": passkey]).status == 409)
            let sessions = try await server.core.moderators.sessions(of: "ann")
            #expect(sessions.count == 2)
            for session in sessions {
                _ = try await eve.post("/console/me/sessions/end", ["id": session.id])
            }
            #expect(try await server.core.moderators.sessions(of: "ann").count == 2)
            #expect(try await ann.post("/console/me/sessions/end").status == 303)
            #expect(try await second.get("/console/me").status == 303)
            #expect(try await eve.get("/console/me").status == 200)
        }
    }

    // Goal: another passkey is added only after one was used lately, and one that is removed signs
    // nobody in and ends what it opened elsewhere.
    @Test func aRemovedPasskeyEndsOtherSessions() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .moderator, server, client)
            let first = ann.authenticator
            let lost = ConsoleBrowser(client)
            lost.authenticator = first
            try await lost.signIn()
            let page = try await ann.post("/console/me/passkeys/add")
            let text = try #require(page.attribute("data-request")).replacing("&quot;", with: "\"")
            let request = try JSONDecoder().decode(PasskeyRequest.self, from: Data(text.utf8))
            #expect(request.known == [Base64URL.encode(first.id)])
            ann.authenticator = TestAuthenticator()
            let added = ConsoleBrowser.Added(
                token: ann.token, label: "<i>\u{202E}key", passkey: ann.authenticator.make(request))
            #expect(try await lost.say("/console/me/passkeys", added).status == 403)
            #expect(try await ann.say("/console/me/passkeys", added).status == 200)
            #expect(try await ann.say("/console/me/passkeys", added).problem == "challenge-ended")
            let list = try await ann.get("/console/me").text
            #expect(list.contains("&lt;i&gt;\u{FFFD}key"))
            let id = Base64URL.encode(first.id)
            let removed = try await ann.post("/console/me/passkeys/remove", ["id": id])
            #expect(removed.status == 303)
            #expect(try await lost.get("/console/me").status == 303)
            #expect(try await lost.signIn().problem == "unknown")
            #expect(try await ann.get("/console/me").status == 200)
            #expect(try await ann.signIn().status == 200)
            server.advance(by: .seconds(300))
            let late = ConsoleBrowser.Added(
                token: ann.token, label: "", passkey: TestAuthenticator().made(request))
            #expect(try await ann.say("/console/me/passkeys", late).status == 403)
        }
    }

    // Goal: the audit log is searched by who, what, account and words, in pages; a check of the
    // chain shows a change.
    @Test func theLogIsSearched() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let artist = try await TestDevice.joined(to: server, client)
            try server.core.moderation.grant(
                artist.account, credits: 1, reason: "100%_fair", actor: "bob")
            for _ in 0..<120 { _ = try server.core.invites.revoke("00000000", actor: "joe") }
            let find = { (query: String) in
                let page = try await ann.get("/console/audit?\(query)")
                return page.text.components(separatedBy: "<td><time").count - 1
            }
            #expect(try await find("actor=bob") == 1)
            #expect(try await find("action=grant") == 1)
            #expect(try await find("text=100%25_FAIR") == 1)
            #expect(try await find("text=1000_fair") == 0)
            #expect(try await find("account=\("\(artist.account)".prefix(6))&action=grant") == 1)
            #expect(try await find("actor=joe") == 100)
            let first = try await ann.get("/console/audit?actor=joe")
            let older = try #require(
                first.text.firstMatch(of: /rel="next" href="\?([^"]+)"/).map { String($0.1) })
            #expect(try await find(older.replacing("&amp;", with: "&")) == 20)
            let whole = try await ann.post("/console/audit/check")
            #expect(whole.text.contains("banner good"))
            try server.write("UPDATE audit_head SET number = number + 1")
            let cut = try await ann.post("/console/audit/check")
            #expect(cut.text.contains("banner bad"))
        }
    }

    // Goal: an open page hears of what is done to cases and people, and not of who signs in; its
    // waiting does not keep its session.
    @Test func openPagesHearOfNews() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            let before = try await server.core.consoleEvent(ofCase: nil)
            let watch = try server.core.watchConsole()
            _ = try await ConsoleBrowser.signedIn("ann", .reviewer, server, client)
            try server.core.moderation.grant(
                artist.account, credits: 1, reason: "r", actor: "bob")
            #expect(await watch.next())
            let after = try await server.core.consoleEvent(ofCase: nil)
            #expect(after.acts > before.acts && after.events == 0)
            let nobody = ConsoleBrowser(client)
            #expect(try await nobody.get("/console/events").status == 303)
        }
    }
}
