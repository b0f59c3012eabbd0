import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct ModeratorTests {
    private static let path = "/v1/moderators/sessions"

    private func open(
        _ token: String, _ client: any TestClientProtocol
    ) async throws -> (status: Int, session: SessionReply?) {
        let body = try CanonicalJSON.encoder.encode(SessionRequest(token: token))
        let reply = try await client.execute(
            uri: Self.path, method: .post, headers: [:], body: ByteBuffer(bytes: body))
        let bytes = Array(reply.body.readableBytesView)
        try Self.check(reply, .post)
        let session = TestReply(status: 0, headers: [:], body: bytes)
        return (reply.status.code, try? session.decode(SessionReply.self))
    }

    private func ask(
        _ method: HTTPRequest.Method, _ session: String?, _ client: any TestClientProtocol
    ) async throws -> Int {
        var headers = HTTPFields()
        headers[.authorization] = session.map { "Bearer \($0)" }
        let reply = try await client.execute(
            uri: Self.path, method: method, headers: headers, body: nil)
        try Self.check(reply, method)
        return reply.status.code
    }

    /// Holds an answer to the document of the routes.
    private static func check(_ reply: TestResponse, _ method: HTTPRequest.Method) throws {
        let problems = try APIDocument.present.get().problems(
            method.rawValue, path, status: reply.status.code,
            type: reply.headers[.contentType], body: Array(reply.body.readableBytesView))
        #expect(problems == [])
    }

    // Goal: a token opens one session, within ten minutes; only hashes are stored.
    // Method: redeem once, twice, too late, a wrong one; a new token ends the one before.
    @Test func aTokenOpensOneSession() async throws {
        let server = try TestServer()
        try await server.run { client in
            let token = try server.core.moderators.add("ann", role: .reviewer, actor: "op").token
            let opened = try await self.open(token, client)
            #expect(opened.status == 201)
            let session = try #require(opened.session)
            #expect(session.name == "ann" && session.role == "reviewer")
            #expect(session.idleSeconds == 1200)
            let stored = try server.database.contents
            #expect(!stored.contains(token) && !stored.contains(session.session))
            #expect(try await self.open(token, client).status == 403)
            #expect(try await self.open(session.session, client).status == 403)
            #expect(try await self.open("atm1-", client).status == 403)
            let first = try server.core.moderators.add("bob", role: .moderator, actor: "op").token
            let second = try server.core.moderators.add("bob", role: .moderator, actor: "op").token
            #expect(try await self.open(first, client).status == 403)
            server.advance(by: .seconds(600))
            #expect(try await self.open(second, client).status == 403)
            let third = try server.core.moderators.add("bob", role: .moderator, actor: "op").token
            server.advance(by: .milliseconds(599_999))
            #expect(try await self.open(third, client).status == 201)
        }
    }

    // Goal: a session lives while it is used, ends when it lies idle, is ended, or its moderator
    // goes; it takes on another role at once.
    // Method: use it for an hour in steps; let one lie for twenty minutes; end one; remove one.
    @Test func aSessionEnds() async throws {
        let server = try TestServer()
        try await server.run { client in
            var sessions: [String] = []
            for name in ["ann", "bob", "eve", "joe"] {
                let token = try server.core.moderators.add(name, role: .reviewer, actor: "op").token
                sessions.append(try #require(try await self.open(token, client).session).session)
            }
            for _ in 1...6 {
                #expect(try await self.ask(.get, sessions[0], client) == 200)
                server.advance(by: .milliseconds(1_199_999))
            }
            #expect(try await self.ask(.get, sessions[1], client) == 401)
            _ = try server.core.moderators.add("ann", role: .administrator, actor: "op")
            let ann = try await server.core.moderators.moderator(session: sessions[0])
            #expect(ann == Moderator(name: "ann", role: .administrator))
            #expect(try await self.ask(.delete, sessions[0], client) == 200)
            #expect(try await self.ask(.get, sessions[0], client) == 401)
            #expect(try await self.ask(.get, nil, client) == 401)
            let token = try server.core.moderators.add("joe", role: .reviewer, actor: "op").token
            let joe = try #require(try await self.open(token, client).session).session
            #expect(try await self.ask(.get, joe, client) == 200)
            try server.core.moderators.remove("joe", actor: "op")
            #expect(try await self.ask(.get, joe, client) == 401)
            #expect(throws: ServerError.self) {
                try server.core.moderators.remove("joe", actor: "op")
            }
            #expect(try server.core.moderators.list().map(\.name) == ["ann", "bob", "eve"])
        }
    }

    // Goal: the first administrator's token is there while there is none, and no longer.
    // Method: ask twice, use the last, ask again; a restart that nobody watched leaves nothing.
    @Test func theFirstAdministratorComesByAToken() async throws {
        let server = try TestServer()
        try await server.run { client in
            let first = try #require(try server.core.moderators.firstAdministrator())
            #expect(try server.core.moderators.list().isEmpty)
            let second = try #require(try server.core.moderators.firstAdministrator())
            #expect(try await self.open(first.token, client).status == 403)
            let opened = try await self.open(second.token, client)
            #expect(opened.session?.role == "administrator")
            #expect(try server.core.moderators.firstAdministrator() == nil)
            #expect(throws: ServerError.self) {
                try server.core.moderators.remove("administrator", actor: "op")
            }
            #expect(try server.core.moderators.firstAdministrator() == nil)
        }
    }
}
