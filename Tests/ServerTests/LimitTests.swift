import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct LimitTests {
    // Goal: one device that runs wild is stopped; the account's other devices go on; a restart
    // forgives nothing; the next minute does.
    // Method: one past the limit of a device, by requests of two kinds.
    @Test func aDeviceIsLimitedAcrossKindsAndRestarts() async throws {
        var policy = ServerPolicy()
        policy.deviceRequestsPerMinute = 4
        let server = try TestServer(policy: policy)
        let artist = TestDevice(of: server)
        try await server.run { client in
            _ = try await artist.join(client)
            let other = try await artist.letIn("desk", client)
            server.advance(by: .seconds(60))
            for target in ["/v1/devices", "/v1/segments?after=0", "/v1/keys", "/v1/devices"] {
                #expect(try await artist.send(.get, target, client).status == 200)
            }
            let refused = try await artist.send(.get, "/v1/devices", client)
            #expect(refused.status == 429 && refused.problem == .tooMany)
            #expect(try await other.send(.get, "/v1/devices", client).status == 200)
        }
        let reopened = try server.reopened(policy: policy)
        try await reopened.run { client in
            let refused = try await artist.send(.get, "/v1/devices", client)
            #expect(refused.status == 429)
            let wait = try #require(refused.headers[.retryAfter].flatMap { Int64($0) })
            #expect((1...60).contains(wait))
            server.advance(by: .seconds(wait) + .milliseconds(-1000))
            #expect(try await artist.send(.get, "/v1/devices", client).status == 429)
            server.advance(by: .seconds(1))
            #expect(try await artist.send(.get, "/v1/devices", client).status == 200)
        }
    }

    // Goal: an address is limited whatever accounts stand behind it, as the trusted proxy tells it;
    // a spoofed one changes nothing.
    // Method: over a real socket; two accounts at one address, a third elsewhere.
    @Test func anAddressIsLimitedAcrossAccounts() async throws {
        var policy = ServerPolicy()
        policy.addressRequestsPerMinute = 3
        policy.trustedProxies = TrustedProxies(
            try ["127.0.0.1", "::1"].map { try #require(NetworkRange($0)) })
        let server = try TestServer(policy: policy)
        try await server.runLive { client in
            var artists = (0..<3).map { _ in TestDevice(of: server) }
            for place in artists.indices {
                artists[place].forwardedFor = place < 2 ? "192.0.2.1" : "192.0.2.2"
                _ = try await artists[place].join(client)
            }
            for place in [0, 1, 0] {
                #expect(try await artists[place].send(.get, "/v1/devices", client).status == 200)
            }
            #expect(try await artists[1].send(.get, "/v1/devices", client).status == 429)
            #expect(try await artists[2].send(.get, "/v1/devices", client).status == 200)
            artists[1].forwardedFor = "198.51.100.1, 192.0.2.1"
            #expect(try await artists[1].send(.get, "/v1/devices", client).status == 429)
            // Without a word of the proxy it is this machine, which is not counted.
            artists[1].forwardedFor = nil
            for _ in 0..<5 {
                #expect(try await artists[1].send(.get, "/v1/devices", client).status == 200)
            }
        }
    }

    // Goal: one address opens only so many accounts a day; refused ones do not count.
    // Method: the limit, one past it on the same day, one on the next.
    @Test func accountsAreLimitedByAddressAndDay() async throws {
        var policy = ServerPolicy()
        policy.accountsPerAddress = 2
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let wrong = InviteSecret(checked: [UInt8](repeating: 1, count: 16))
            for _ in 1...3 {
                let refused = try await TestDevice(of: server).join(client, invite: wrong)
                #expect(refused.status == 403)
            }
            for _ in 1...2 {
                #expect(try await TestDevice(of: server).join(client).status == 201)
            }
            let invite = try server.invite()
            let third = TestDevice(of: server)
            let refused = try await third.join(client, invite: invite)
            #expect(refused.status == 429)
            let wait = try #require(refused.headers[.retryAfter].flatMap { Int64($0) })
            server.advance(by: .seconds(wait))
            // The refused try used no invite up.
            #expect(try await third.join(client, invite: try server.invite()).status == 201)
        }
    }

    // Goal: what is refused counts too, whoever sends it.
    // Method: a member's request that is refused each time; proofs that do not hold.
    @Test func refusedRequestsCount() async throws {
        var policy = ServerPolicy()
        policy.deviceRequestsPerMinute = 3
        policy.guestRequestsPerMinute = 3
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            server.advance(by: .seconds(60))
            for status in [404, 404, 404, 429, 429] {
                #expect(try await artist.send(.get, "/v1/snapshot", client).status == status)
            }
            for status in [401, 401, 401, 429, 429] {
                let reply = try await artist.send(.get, "/v1/devices", proof: "a.b.c", client)
                #expect(reply.status == status)
            }
        }
    }

    // Goal: limits cost one statement a request, and none once they are reached.
    // Method: the statements of one request, and of the first and second one past the limit.
    @Test func limitsCostOneStatement() async throws {
        var policy = ServerPolicy()
        policy.segmentsPerMinute = 1
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let segment = artist.segment(1)
            let isCount = { (sql: String) in sql.hasPrefix("INSERT INTO rate") }
            let one = try await server.tracing {
                _ = try await artist.send(.post, "/v1/segments", segment, client)
            }
            #expect(one.count(where: isCount) == 1, "\(one)")
            let first = try await server.tracing {
                _ = try await artist.send(.post, "/v1/segments", segment, client)
            }
            #expect(first.count(where: isCount) == 1 && first.count < one.count, "\(first)")
            let second = try await server.tracing {
                let reply = try await artist.send(.post, "/v1/segments", segment, client)
                #expect(reply.status == 429)
            }
            // Who asks is known from before.
            #expect(second.isEmpty, "\(second)")
        }
    }

    // Goal: a proof is good once, also where another instance's clock is ahead and it clears up.
    // Method: one instance takes a proof; one whose clock is 100 s ahead clears up while the first
    // one would still accept it.
    @Test func aProofIsGoodOnceOnInstancesWithOtherClocks() async throws {
        let server = try TestServer()
        let fast = try server.beside(ahead: .seconds(100))
        let artist = TestDevice(of: server)
        let proof = try artist.proof("GET", "/v1/devices", [], at: server.now + .seconds(59))
        try await server.run { client in
            _ = try await artist.join(client)
            let first = try await artist.send(.get, "/v1/devices", proof: proof, client)
            #expect(first.status == 200)
        }
        for _ in 0..<2 {
            server.advance(by: .seconds(59))
            fast.advance(by: .seconds(59))
            try await fast.run { client in
                let reply = try await client.execute(
                    uri: "/v1/moderators/sessions", method: .get)
                #expect(reply.status == .unauthorized)
            }
            try await server.run { client in
                let again = try await artist.send(.get, "/v1/devices", proof: proof, client)
                #expect(again.status == 401 && again.problem == .proofInvalid)
            }
        }
    }
}
