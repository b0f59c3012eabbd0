import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct RegistrationTests {
    private func server(_ registration: Registration, pending: Int = 1000) throws -> TestServer {
        var policy = ServerPolicy()
        policy.registration = registration
        policy.pendingAccounts = pending
        return try TestServer(policy: policy)
    }

    // Goal: without an invite only an open server opens an account; an invite does everywhere.
    // Method: each kind, with and without.
    @Test(arguments: [(Registration.invite, 403), (.approval, 202), (.open, 201)])
    func anInviteIsNeededWhereItIs(registration: Registration, status: Int) async throws {
        let server = try server(registration)
        try await server.run { client in
            let stranger = TestDevice(of: server)
            #expect(try await stranger.register(nil, client).status == status)
            let guest = try await TestDevice.joined(to: server, client)
            #expect(try await guest.send(.get, "/v1/devices", client).status == 200)
            let description = try await guest.send(.get, "/v1/server", client)
            #expect(try description.decode(ServerDescription.self).registration == registration)
        }
    }

    // Goal: the same registration many times at once answers as once, and uses one invite.
    @Test func aRegistrationAtOnceIsOne() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = TestDevice(of: server)
            let invite = try server.invite()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await artist.join(client, invite: invite).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1, "\(statuses)")
            #expect(statuses.allSatisfy { (200...201).contains($0) }, "\(statuses)")
            #expect(try server.count("account") == 1)
        }
    }

    // Goal: an account that waits gets nothing until it is let in, and then everything.
    // Method: every kind of request before; approve; one contact.
    @Test func anAccountWaitsForApproval() async throws {
        let server = try server(.approval)
        try await server.run { client in
            let artist = TestDevice(of: server)
            #expect(try await artist.register(nil, client).status == 202)
            #expect(try await artist.register(nil, client).status == 202)
            #expect(try server.core.accounts.summary(of: artist.account).standing == "pending")
            for target in ["/v1/devices", "/v1/segments?after=0", "/v1/events", "/v1/keys"] {
                let refused = try await artist.send(.get, target, client)
                #expect(refused.status == 403 && refused.problem == .accountPending, "\(target)")
            }
            for target in ["/v1/segments", "/v1/ledger"] {
                let refused = try await artist.send(.post, target, artist.segment(1), client)
                #expect(refused.status == 403, "\(target)")
            }
            try server.core.accounts.approve(artist.account, actor: "ann")
            #expect(throws: ServerError.self) {
                try server.core.accounts.approve(artist.account, actor: "ann")
            }
            #expect(throws: ServerError.self) {
                try server.core.accounts.refuse(artist.account, reason: "", actor: "ann")
            }
            var wallet = artist.wallet()
            #expect(try await artist.contact(&wallet, client).leases.count == 2)
            #expect(try await artist.register(nil, client).status == 200)
            #expect(try server.core.audit.entries().map(\.action) == ["approve"])
        }
    }

    // Goal: a refused account stays out, also by asking again; waiting ones are bounded.
    // Method: refuse one; one past the limit of waiting ones.
    @Test func aRefusedAccountStaysOut() async throws {
        let server = try server(.approval, pending: 1)
        try await server.run { client in
            let (artist, other) = (TestDevice(of: server), TestDevice(of: server))
            #expect(try await artist.register(nil, client).status == 202)
            let full = try await other.register(nil, client)
            #expect(full.status == 429 && full.headers[.retryAfter] != nil)
            try server.core.accounts.refuse(artist.account, reason: "not-an-artist", actor: "ann")
            for reply in [
                try await artist.register(nil, client),
                try await artist.send(.get, "/v1/devices", client),
            ] {
                #expect(reply.status == 403 && reply.problem == .accountRefused)
            }
            #expect(try server.core.accounts.summary(of: artist.account).standing == "refused")
            #expect(try await other.register(nil, client).status == 202)
        }
    }

    // Goal: a stranger cannot learn which accounts there are, by answers or by the work they cause.
    // Method: what a stranger can ask about an account, with good and bad proofs, of one that is
    // there and of one that is not: answers and statements are compared.
    @Test func unknownAccountsAreAnsweredAlike() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let (known, unknown) = (TestDevice(of: server), TestDevice(of: server))
            let nobody = TestDevice(of: server).account
            // The sweeper's turn of this minute.
            _ = try await TestDevice(of: server).send(.get, "/v1/devices", client)
            let seen = try await self.probe(artist.account, by: known, server, client)
            let unseen = try await self.probe(nobody, by: unknown, server, client)
            #expect(seen.map(\.answer) == unseen.map(\.answer))
            #expect(seen.map(\.statements) == unseen.map(\.statements))
            #expect(seen.map(\.status) == [404, 202, 202, 404, 401, 401, 400])
            #expect(seen.contains { $0.statements.count > 3 })
        }
    }

    private struct Probe {
        let status: Int
        let answer: String
        let statements: [String]
    }

    /// Asks everything about `account` that somebody can who has no key of it.
    private func probe(
        _ account: AccountID, by stranger: TestDevice, _ server: TestServer,
        _ client: any TestClientProtocol
    ) async throws -> [Probe] {
        let path = "/v1/accounts/\(account)/device-requests"
        let mine = "\(path)/\(stranger.device)"
        let request = DeviceRequest(
            deviceKey: stranger.key.verifyingKey, agreementKey: stranger.agreementKey, name: "x")
        let old = try stranger.proof("GET", mine, [], at: server.now + .seconds(-3600))
        let restore = RestoreRequest(
            accountKey: stranger.accountKey.verifyingKey, certificate: try stranger.certificate())
        var probes: [Probe] = []
        for step in 0..<7 {
            var reply: TestReply?
            let statements = try await server.tracing {
                switch step {
                case 0, 3: reply = try await stranger.send(.get, mine, client)
                case 1, 2: reply = try await stranger.post(path, request, client)
                case 4: reply = try await stranger.send(.get, mine, proof: "a.b.c", client)
                case 5: reply = try await stranger.send(.get, mine, proof: old, client)
                default:
                    reply = try await stranger.post(
                        "/v1/accounts/\(account)/devices", restore, client)
                }
            }
            let done = try #require(reply)
            probes.append(
                Probe(
                    status: done.status, answer: String(decoding: done.body, as: UTF8.self),
                    statements: statements))
        }
        return probes
    }
}
