import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import Testing

@Suite(.onBothDatabases)
struct RequestsAtOnceTests {
    // Goal: requests that share a commit or a connection stay apart: a refused one is undone alone.
    // Method: 16 artists at once, each with a segment that is taken and one that leaves a gap.
    @Test func aRefusalUndoesNothingOfOthers() async throws {
        var policy = ServerPolicy()
        policy.accountsPerAddress = 1000
        policy.guestRequestsPerMinute = 1000
        let server = try TestServer(policy: policy)
        try await server.run { client in
            var artists: [TestDevice] = []
            for _ in 0..<16 {
                artists.append(TestDevice(of: server))
                _ = try await artists.last?.join(client)
            }
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for artist in artists {
                    group.addTask {
                        let (good, bad) = (artist.segment(1), artist.segment(3, replica: 2))
                        async let taken = artist.send(.post, "/v1/segments", good, client)
                        async let refused = artist.send(.post, "/v1/segments", bad, client)
                        return try await [taken.status, refused.status]
                    }
                }
                for try await statuses in group { #expect(statuses == [200, 409]) }
            }
            #expect(try server.count("segment") == artists.count)
            #expect(try server.count("chain_tip") == artists.count)
        }
    }

    // Goal: what one instance remembers of a device lets nobody do what another has forbidden.
    // Method: two instances that both know the device; a suspension, its end and a purge at one,
    // each followed by a request at the other.
    @Test func whatIsRememberedDecidesNothing() async throws {
        let server = try TestServer()
        let other = try server.beside(ahead: .zero)
        let artist = TestDevice(of: server)
        try await server.run { client in
            _ = try await artist.join(client)
            #expect(try await artist.send(.get, "/v1/devices", client).status == 200)
        }
        try await other.run { client in
            #expect(try await artist.send(.get, "/v1/devices", client).status == 200)
            try server.core.moderation.suspend(
                artist.account, reason: "test", until: nil, message: "", actor: "test")
            let segment = artist.segment(1)
            let refused = try await artist.send(.post, "/v1/segments", segment, client)
            #expect(refused.problem == .suspended)
            try server.core.moderation.reinstate(artist.account, message: "", actor: "test")
            #expect(try await artist.send(.post, "/v1/segments", segment, client).status == 200)
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "test")
            let gone = try await artist.send(.get, "/v1/devices", client)
            #expect(gone.problem == .deviceUnknown)
            #expect(try server.count("segment") == 0)
        }
    }
}
