import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import PageParts
import SignedObjects
import TestSupport
import Testing

/// Who gets into the console, and what others can make them do.
@Suite(.onBothDatabases)
struct ConsoleAccessTests {
    private static let pause: KeyValuePairs = ["reason": "r", "message": "", "hours": ""]

    private static func isPaused(_ server: TestServer) async throws -> Bool {
        try await server.core.moderation.serviceState().pause != nil
    }

    // Goal: nothing that another site sends, or that does not carry the session's token, changes
    // anything.
    // Method: no origin, others, a frame's; no token, a wrong one, another's; then the right ones.
    @Test func foreignFormsAreRefused() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let eve = try await ConsoleBrowser.signedIn("eve", .administrator, server, client)
            let path = "/console/service/pause"
            for more: HTTPFields in [
                [.origin: ""], [.origin: "null"], [.origin: "http://evil.example"],
                [.origin: "http://localhost:81"], [.origin: "http://localhost.evil.example"],
                [.fetchSite: "cross-site"], [.fetchSite: "same-site"], [.fetchSite: "none"],
            ] {
                #expect(try await ann.post(path, Self.pause, more: more).status == 403)
            }
            let own = ann.token
            for token in ["", "x", eve.token, own + "x"] {
                ann.token = token
                #expect(try await ann.post(path, Self.pause).status == 403)
            }
            let nobody = ConsoleBrowser(client)
            nobody.token = own
            #expect(try await nobody.post(path, Self.pause).status == 303)
            for more: HTTPFields in [[.origin: ""], [.origin: "http://evil.example"]] {
                for path in ["/console/welcome/begin", "/console/sign-in/begin"] {
                    let answer = try await nobody.say(path, ["link": "x"], more: more)
                    #expect(answer.status == 403 && answer.problem == "other-origin")
                }
            }
            #expect(try await Self.isPaused(server) == false)
            ann.token = own
            #expect(try await ann.post(path, Self.pause).status == 303)
            #expect(try await Self.isPaused(server))
        }
    }

    // Goal: looking changes nothing, whoever leads the browser there.
    // Method: every page, with the cookie and from another site; the tables before and after.
    @Test func lookingChangesNothing() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let before = try server.acts()
            let invites = try server.count("invite")
            for path in [
                "me", "service", "service/close", "moderators", "audit", "sign-in", "sign-out",
                "welcome", "confirm", "service/pause", "service/invites", "moderators/add",
                "moderators/remove?name=ann", "me/sessions/end", "audit/check",
            ] {
                let answer = try await ann.get(
                    "/console/\(path)", more: [.fetchSite: "cross-site"])
                #expect([200, 303, 404].contains(answer.status))
            }
            #expect(try server.acts() == before && server.count("invite") == invites)
            #expect(try await ann.get("/console/me").status == 200)
        }
    }

    // Goal: a session ends when it was left, idle for 20 minutes or open for 12 hours; what an open
    // page asks by itself does not keep it; its cookie is of no use afterwards.
    @Test func sessionsEnd() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .moderator, server, client)
            let stolen = ann.cookies
            #expect(try await ann.post("/console/sign-out").status == 303)
            let thief = ConsoleBrowser(client)
            thief.cookies = stolen
            #expect(try await thief.get("/console/me").status == 303)
            #expect(try await ann.signIn().status == 200)
            for _ in 0..<2 {
                server.advance(by: .seconds(700))
                let answer = try await ann.get("/console/audit", more: [.atelierLive: "1"])
                #expect([200, 303].contains(answer.status))
            }
            #expect(try await ann.get("/console/me").status == 303)
            #expect(try await ann.signIn().status == 200)
            for _ in 0..<41 {
                server.advance(by: .seconds(1050))
                #expect(try await ann.get("/console/me").status == 200)
            }
            server.advance(by: .seconds(150))
            #expect(try await ann.get("/console/me").status == 303)
        }
    }

    // Goal: a cookie that was planted before a login is not the session after it, and a session by
    // a link alone is none of the console's.
    @Test func sessionsAreNotFixed() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let eve = try await ConsoleBrowser.signedIn("eve", .reviewer, server, client)
            let ann = ConsoleBrowser(client)
            let planted = try #require(eve.session)
            ann.cookies = ["atelier-console": planted]
            let link = try server.core.moderators.add("ann", role: .administrator, actor: "t")
            try await ann.welcome(link.token)
            #expect(ann.session != planted)
            ann.cookies = ["atelier-console": planted]
            try await ann.signIn()
            #expect(ann.session != planted)
            // The one that was there ends with the login.
            #expect(try await eve.get("/console/me").status == 303)
            let other = try server.core.moderators.add("bob", role: .administrator, actor: "t")
            let opened = try await ann.say("/v1/moderators/sessions", ["token": other.token])
            let bob = ConsoleBrowser(client)
            bob.cookies["atelier-console"] = try CanonicalJSON.decode(
                SessionReply.self, from: Data(opened.text.utf8)
            ).session
            #expect(try await bob.get("/console/me").status == 303)
        }
    }

    // Goal: a role is what it is at each request; a removed moderator's open page does nothing.
    @Test func aRemovedModeratorsPageDoesNothing() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let bob = try await ConsoleBrowser.signedIn("bob", .administrator, server, client)
            #expect(try await bob.get("/console/service").status == 200)
            let role = try await ann.post(
                "/console/moderators/role", ["name": "bob", "role": "reviewer"])
            #expect(role.status == 303)
            #expect(try await bob.get("/console/service").status == 403)
            #expect(try await bob.post("/console/service/pause", Self.pause).status == 403)
            #expect(try await bob.get("/console/audit").status == 200)
            #expect(try await ann.post("/console/moderators/remove", ["name": "bob"]).status == 303)
            #expect(try await bob.post("/console/sign-out").status == 303)
            #expect(try await bob.get("/console/audit").status == 303)
            bob.cookies = [:]
            #expect(try await bob.signIn().problem == "unknown")
            #expect(try await Self.isPaused(server) == false)
            #expect(try server.count("passkey") == 1)
        }
    }

    // Goal: weighty acts need a passkey of the last five minutes; the form then goes on with what
    // it said; the session gets another cookie, and forms of other tabs stay good.
    @Test func weightyActsAskAgain() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let bob = try await ConsoleBrowser.signedIn("bob", .administrator, server, client)
            let words: KeyValuePairs = ["reason": "r", "message": "a & <b> \"c\"", "hours": ""]
            server.advance(by: .seconds(300))
            let asked = try await ann.post("/console/service/pause", words)
            #expect(asked.status == 200)
            #expect(asked.text.contains("value=\"a &amp; &lt;b&gt; &quot;c&quot;\""))
            #expect(try await Self.isPaused(server) == false)
            let challenge = try #require(asked.attribute("data-challenge"))
            let (cookie, token) = (ann.session, ann.token)
            bob.authenticator.count += 1
            let foreign = ConsoleBrowser.Confirmation(
                token: token, passkey: try bob.authenticator.sign(challenge))
            #expect(try await ann.say("/console/confirm", foreign).problem == "unknown")
            ann.authenticator.count += 1
            let own = ConsoleBrowser.Confirmation(
                token: token, passkey: try ann.authenticator.sign(challenge))
            #expect(try await bob.say("/console/confirm", own).status == 403)
            #expect(try await ann.say("/console/confirm", own).status == 200)
            #expect(ann.session != cookie)
            #expect(try await ann.post("/console/service/pause", words).status == 303)
            #expect(try await Self.isPaused(server))
            let thief = ConsoleBrowser(client)
            thief.cookies = ["atelier-console": try #require(cookie)]
            #expect(try await thief.get("/console/me").status == 303)
        }
    }

    // Goal: after a login a browser goes to a page of the console and nowhere else.
    @Test(arguments: [
        "//evil.example", "https://evil.example", "/console/../x", "/console//evil.example",
        "/consoleevil", "/", "", "javascript:alert(1)", "/console\\evil", "\\\\evil.example",
        "/console/%0d%0aSet-Cookie:x", "/console/\u{202E}", "/console/a b",
    ])
    func onlyTheConsoleFollowsALogin(next: String) async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .reviewer, server, client)
            let target = try await ann.signIn(next: next).next ?? ""
            let isOwn = target == "/console" || target == "/console/%0d%0aSet-Cookie:x"
            #expect(isOwn)
            let query = next.addingPercentEncoding(withAllowedCharacters: .urlHostAllowed) ?? ""
            let answer = try await ann.get("/console/sign-in?next=\(query)")
            let place = try #require(answer.headers[.location])
            #expect(place == "/console")
        }
    }

    // Goal: what a page cannot be asked without a session leads to the sign-in, and back to it.
    @Test func pagesLeadToTheSignIn() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let nobody = ConsoleBrowser(client)
            let answer = try await nobody.get("/console/audit?actor=ann&text=%C3%A4")
            #expect(answer.status == 303)
            let place = try #require(answer.headers[.location])
            let page = try await nobody.get(place)
            #expect(page.status == 200)
            #expect(page.attribute("data-next") == "/console/audit?actor=ann&amp;text=%C3%A4")
        }
    }

    // Goal: each step of a login is limited by sender and by whose passkey it is.
    @Test func loginsAreLimited() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .reviewer, server, client)
            server.advance(by: .seconds(60))
            ann.authenticator.flags = 1
            var statuses: [Int] = []
            for _ in 0..<21 { statuses.append(try await ann.signIn().status) }
            #expect(statuses.prefix(20).allSatisfy { $0 == 403 } && statuses.last == 429)
            server.advance(by: .seconds(60))
            let nobody = ConsoleBrowser(client)
            statuses = []
            for _ in 0..<31 { statuses.append(try await nobody.begin("atm1-x").status) }
            #expect(statuses.prefix(30).allSatisfy { $0 == 403 } && statuses.last == 429)
            ann.authenticator.flags = 5
            server.advance(by: .seconds(60))
            #expect(try await ann.signIn().status == 200)
        }
    }

    // Goal: too large a form is refused before it is read to its end.
    @Test func largeFormsAreRefused() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let words = String(repeating: "a", count: 70_000)
            let form: KeyValuePairs = ["reason": "r", "message": words, "hours": ""]
            #expect(try await ann.post("/console/service/pause", form).status == 413)
            #expect(try await ann.say("/console/sign-in/begin", ["x": words]).status == 413)
            #expect(try await Self.isPaused(server) == false)
        }
    }
}
