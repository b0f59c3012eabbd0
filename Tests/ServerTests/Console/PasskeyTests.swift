import AtelierProtocol
import AtelierServer
import Crypto
import Foundation
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct PasskeyTests {
    private static let kinds: [@Sendable () -> TestAuthenticator.Key] = [
        { .es256(P256.Signing.PrivateKey()) }, { .edDSA(Curve25519.Signing.PrivateKey()) },
    ]

    // Goal: a link makes one passkey, with either algorithm, within ten minutes; the passkey then
    // signs in; the database holds nothing that opens anything.
    // Method: use it, again, too late; sign out and in; look for secrets in the database.
    @Test(arguments: [0, 1])
    func aLinkMakesOnePasskey(kind: Int) async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let link = try #require(try server.core.moderators.firstAdministrator()).token
            let browser = ConsoleBrowser(client)
            browser.authenticator.key = Self.kinds[kind]()
            let answer = try await browser.welcome(link)
            #expect(answer.status == 200 && answer.next == "/console")
            let first = try #require(browser.session)
            #expect(try await browser.get("/console/me").status == 200)
            #expect(try await browser.welcome(link).problem == "token-invalid")
            #expect(try await browser.begin("atm1-x").problem == "token-invalid")
            #expect(try await browser.post("/console/sign-out").status == 303)
            #expect(browser.session == nil)
            #expect(try await browser.signIn(next: "/console/audit").next == "/console/audit")
            let second = try #require(browser.session)
            #expect(second != first)
            let stored = try server.database.contents
            for secret in [link, first, second] { #expect(!stored.contains(secret)) }
            let late = try server.core.moderators.add("ann", role: .reviewer, actor: "t").token
            server.advance(by: .seconds(600))
            #expect(try await ConsoleBrowser(client).welcome(late).problem == "token-invalid")
            let acts = try server.acts()
            #expect(acts.contains { $0.hasPrefix("administrator passkey") })
            #expect(acts.contains { $0.hasPrefix("administrator session  opened by passkey") })
            #expect(acts.contains("administrator session  ended"))
            #expect(acts.contains { $0.hasPrefix("server login refused link-ended") })
        }
    }

    // Goal: what a passkey did not sign for this page, now and once, opens nothing and is noted.
    // Method: one thing wrong at a time; each refusal by its name, in the answer and in the log.
    @Test func whatDoesNotFitIsRefused() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let browser = try await ConsoleBrowser.signedIn("ann", .reviewer, server, client)
            let other = try await ConsoleBrowser.signedIn("bob", .reviewer, server, client)
            let good = browser.authenticator
            browser.cookies = [:]
            let changes: [(String, (inout TestAuthenticator) -> Void)] = [
                ("other-origin", { $0.origin = "http://localhost.evil.example" }),
                ("other-origin", { $0.origin = "https://localhost" }),
                ("other-site", { $0.host = "evil.example" }),
                ("other-purpose", { $0.type = "webauthn.create" }),
                ("other-purpose", { $0.more = ",\"crossOrigin\":true" }),
                ("other-purpose", { $0.more = ",\"topOrigin\":\"http://evil.example\"" }),
                ("not-verified", { $0.flags = 0x01 }), ("not-verified", { $0.flags = 0x04 }),
                ("malformed", { $0.flags = 0x15 }), ("malformed", { $0.flags = 0x45 }),
                ("malformed", { $0.more = "}" }),
                ("unknown", { $0.id[0] ^= 1 }), ("unknown", { $0.userHandle = "AAAA" }),
                ("bad-signature", { $0.key = .es256(P256.Signing.PrivateKey()) }),
                (
                    "bad-signature",
                    {
                        $0.id = other.authenticator.id; $0.userHandle = nil
                    }
                ),
            ]
            for (problem, change) in changes {
                browser.authenticator = good
                change(&browser.authenticator)
                server.advance(by: .seconds(60))
                let answer = try await browser.signIn()
                #expect(answer.status == 403 && answer.problem == problem)
                #expect(browser.session == nil)
                let last = try #require(try server.acts().last)
                #expect(last.hasPrefix("server login refused \(problem) sign-in"))
            }
            browser.authenticator = good
            #expect(try await browser.signIn().status == 200)
        }
    }

    // Goal: a challenge is good once, for five minutes, for what it was made for, on any instance.
    // Method: use one twice, too late, one of another purpose, one of another server's key.
    @Test func aChallengeIsGoodOnce() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let browser = try await ConsoleBrowser.signedIn("ann", .moderator, server, client)
            let sign = { (challenge: String) in
                browser.authenticator.count += 1
                return try await browser.say(
                    "/console/sign-in",
                    ConsoleBrowser.SignIn(passkey: try browser.authenticator.sign(challenge)))
            }
            let first = try await browser.challenge()
            let second = try await browser.challenge()
            #expect(first != second)
            #expect(try await sign(first).status == 200)
            #expect(try await sign(first).problem == "challenge-ended")
            server.advance(by: .seconds(300))
            #expect(try await sign(second).problem == "challenge-ended")
            let third = try await browser.challenge()
            server.advance(by: .milliseconds(299_999))
            #expect(try await sign(third).status == 200)
            let session = try await server.core.moderators.session(browser.session)
            let confirming = server.core.passkeys.confirmationChallenge(session)
            #expect(try await sign(confirming).problem == "challenge-ended")
            for length in [0, 1, 55, 57] {
                let made = Base64URL.encode([UInt8](repeating: 7, count: length))
                #expect(try await sign(made).problem == "challenge-ended")
            }
        }
    }

    // Goal: an authenticator that counts less than before is refused; one that does not count is
    // not.
    @Test func aCopyIsSeen() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let browser = try await ConsoleBrowser.signedIn("ann", .moderator, server, client)
            let sign = { (count: UInt32) in
                browser.authenticator.count = count
                let passkey = try browser.authenticator.sign(try await browser.challenge())
                return try await browser.say(
                    "/console/sign-in", ConsoleBrowser.SignIn(passkey: passkey))
            }
            for _ in 0..<2 { #expect(try await sign(0).status == 200) }
            #expect(try await sign(7).status == 200)
            for count: UInt32 in [7, 6, 0] {
                #expect(try await sign(count).problem == "copied")
            }
            #expect(try await sign(8).status == 200)
        }
    }

    // Goal: no bytes of a browser fail the server or make a passkey that was not made.
    // Method: every prefix of an attestation, every byte of it changed, and known hostile CBOR.
    @Test func hostileAttestationsAreRefused() throws {
        let site = try #require(PageSite("http://localhost"))
        let good = TestAuthenticator()
        let client = Base64URL.encode(good.clientData("webauthn.create", "AAAA"))
        func made(_ bytes: [UInt8]) -> (id: [UInt8], key: [UInt8])? {
            let message = PasskeyAttestation(
                clientData: client, attestation: Base64URL.encode(bytes))
            return try? message.made(at: site)
        }
        let bytes = good.attestation
        let passkey = try #require(made(bytes))
        #expect(passkey.id == good.id)
        for length in bytes.indices { #expect(made(Array(bytes[..<length])) == nil) }
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x41
            if let other = made(changed) {
                // What is not signed may differ: the model, the id, the count; never the host.
                #expect(other.id != passkey.id || other.key == passkey.key)
            }
        }
        let deep = [UInt8](repeating: 0x81, count: 4000)
        for hostile in [deep, [0x9B] + [UInt8](repeating: 0xFF, count: 8), [0xBF], [0xA0]] {
            #expect(made(hostile) == nil)
        }
        #expect(made(bytes + [0]) == nil)
        var twice = good
        twice.id = [UInt8](repeating: 1, count: 2000)
        #expect(made(twice.attestation) == nil)
    }

    // Goal: keys of other kinds and points off the curve are none.
    @Test func onlyTwoKindsOfKeysAreTaken() throws {
        let site = try #require(PageSite("http://localhost"))
        let authenticator = TestAuthenticator()
        let bytes = authenticator.attestation
        // Where the key begins: its kind, 1, is 2. A byte of the key itself may be anything.
        let start = try #require(
            bytes.indices.dropLast(12).first { bytes[$0...].starts(with: [0xA5, 0x01, 0x02]) })
        // Kind, algorithm, curve, a coordinate.
        for (offset, bits) in [(2, 0x01), (4, 0x1E), (6, 0x03), (12, 0xFF)] as [(Int, UInt8)] {
            var changed = bytes
            changed[start + offset] ^= bits
            let message = PasskeyAttestation(
                clientData: Base64URL.encode(
                    authenticator.clientData("webauthn.create", "AAAA")),
                attestation: Base64URL.encode(changed))
            #expect(throws: PasskeyRefusal.self) { try message.made(at: site) }
        }
    }

    // Goal: an origin is a scheme, a host and perhaps a port, and nothing else.
    @Test func originsAreReadStrictly() throws {
        for text in [
            "https://atelier.example", "http://localhost:8787", "https://[2001:db8::1]:443",
        ] {
            #expect(PageSite(text)?.origin == text)
        }
        #expect(PageSite("https://[2001:db8::1]:443")?.host == "[2001:db8::1]")
        for text in [
            "", "https://", "ftp://a", "https://a/", "https://a@b", "https://A", "https://a:0",
            "https://a:x", "https://a b", "null", "https://a\u{202E}b", "https://ä",
        ] {
            #expect(PageSite(text) == nil)
        }
    }
}
