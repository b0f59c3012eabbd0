import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import SyncKit
import Testing

@Suite(.onBothDatabases)
struct SegmentTests {
    // Goal: pushed segments come back in one order, a repeat gives the same place.
    // Method: push three, repeat one, pull them in pages of two.
    @Test func segmentsKeepOneOrder() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var segments: [[UInt8]] = []
            for number in 1...3 {
                let previous = segments.last.map { Digest(of: $0).bytes }
                let segment = artist.segment(
                    UInt64(number), after: previous ?? Digest.zero.bytes)
                segments.append(segment)
                let reply = try await artist.send(.post, "/v1/segments", segment, client)
                #expect(try reply.decode(PushReply.self).sequence == Int64(number))
            }
            let again = try await artist.send(.post, "/v1/segments", segments[1], client)
            #expect(try again.decode(PushReply.self).sequence == 2)
            let page = try await artist.send(.get, "/v1/segments?after=0&limit=2", client)
            #expect(page.frames.map(\.bytes) == Array(segments.prefix(2)))
            let rest = try await artist.send(.get, "/v1/segments?after=2&limit=2", client)
            #expect(rest.frames.map(\.sequence) == [3])
            let end = try await artist.send(.get, "/v1/segments?after=3", client)
            #expect(end.status == 200 && end.body.isEmpty)
        }
    }

    // Goal: a page is bounded in bytes, and never empty while there is more.
    // Method: segments of the largest size, more than a page holds.
    @Test func aPageIsBoundedInBytes() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let filler = ProtocolLimits.segmentBytes - 136
            for replica in 1...9 {
                let segment = artist.segment(1, replica: UInt8(replica), filler: filler)
                #expect(try await artist.send(.post, "/v1/segments", segment, client).status == 200)
            }
            let page = try await artist.send(.get, "/v1/segments?after=0", client)
            let whole = ProtocolLimits.pageBytes / ProtocolLimits.segmentBytes
            #expect(page.frames.count == whole && whole < 9)
            let large = artist.segment(1, replica: 10, filler: filler + 1)
            let refused = try await artist.send(.post, "/v1/segments", large, client)
            #expect(refused.status == 413 && refused.problem == .tooLarge)
        }
    }

    // Goal: a chain cannot fork, go back, leave a gap, or come from the future.
    // Method: one request for each, and the latest time that is still taken.
    @Test func aBrokenChainIsRefusedByName() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let first = artist.segment(1)
            let second = artist.segment(2, after: Digest(of: first).bytes)
            for segment in [first, second] {
                #expect(try await artist.send(.post, "/v1/segments", segment, client).status == 200)
            }
            let head = Digest(of: second).bytes
            let cases: [([UInt8], Problem.Kind)] = [
                (artist.segment(1, filler: 41), .rewind),
                (artist.segment(2, after: Digest(of: first).bytes, filler: 41), .fork),
                (artist.segment(3, after: Digest(of: first).bytes), .fork),
                (artist.segment(4, after: head), .fork),
                (artist.segment(3, after: head, ahead: .seconds(301)), .fromTheFuture),
                (TestDevice(of: server).segment(1), .malformed),
                ([1, 2, 3], .malformed), ([], .malformed),
            ]
            for (segment, problem) in cases {
                let reply = try await artist.send(.post, "/v1/segments", segment, client)
                #expect(reply.problem == problem)
            }
            let edge = artist.segment(3, after: head, ahead: .seconds(300))
            #expect(try await artist.send(.post, "/v1/segments", edge, client).status == 200)
        }
    }

    // Goal: an account that pushes too fast is told when to come back, and then may.
    // Method: one past the limit; the next minute.
    @Test func pushesAreLimitedInAMinute() async throws {
        var policy = ServerPolicy()
        policy.segmentsPerMinute = 2
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let segment = artist.segment(1)
            for _ in 1...2 {
                let reply = try await artist.send(.post, "/v1/segments", segment, client)
                #expect(reply.status == 200)
            }
            let refused = try await artist.send(.post, "/v1/segments", segment, client)
            #expect(refused.status == 429 && refused.problem == .tooMany)
            #expect(refused.headers[.retryAfter] != nil)
            server.advance(by: .seconds(60))
            let later = try await artist.send(.post, "/v1/segments", segment, client)
            #expect(later.status == 200)
        }
    }

    // Goal: an account cannot fill the server with the ends of chains.
    // Method: as many replicas as allowed, which may go on, and one more.
    @Test func replicasAreLimited() async throws {
        var policy = ServerPolicy()
        policy.replicasPerAccount = 2
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var chains = (1...3).map { TestChain(of: artist, replica: UInt8($0)) }
            for place in [0, 1, 0] { try await artist.push(chains[place].next(), client) }
            let refused = try await artist.send(.post, "/v1/segments", chains[2].next(), client)
            #expect(refused.status == 403 && refused.problem == .limitReached)
        }
    }
}
