import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SignedObjects
import SyncKit
import SyncKitHTTP
import Testing

/// The engine's own way to the server, over a real loopback connection.
struct HTTPTransportTests {
    // Goal: segments, snapshots and what each answer tells come through as they are.
    @Test func everythingComesThrough() async throws {
        var policy = ServerPolicy()
        policy.compactionGrace = .zero
        try await Self.run(policy) { transport, artist in
            var chain = TestChain(of: artist, replica: 1)
            let segments = try (1...2).map { _ in try SealedSegment(bytes: chain.next()) }
            for (place, segment) in segments.enumerated() {
                let reply = try await transport.push(segment)
                #expect(
                    reply.sequence == ServerSequence(Int64(place + 1))
                        && reply.server.head == reply.sequence)
            }
            let page = try await transport.pull(PullRequest(after: 0))
            #expect(page.segments.map(\.bytes) == segments.map(\.bytes))
            let milliseconds = artist.server.now.milliseconds
            #expect(
                page.server
                    == ServerState(
                        milliseconds: milliseconds, epoch: 1, head: 2, floor: 0, horizon: 0))
            #expect(try await transport.newestSnapshot() == nil)
            let full = ProtocolLimits.segmentBytes - 136
            let snapshot = SnapshotManifest(
                id: (0..<16).map { $0 * 16 + 15 }, cursor: 1, chunkCount: 2)
            let chunks = [artist.chunk(0, filler: full), artist.chunk(1)]
            for (index, bytes) in chunks.enumerated() {
                let chunk = SnapshotChunk(snapshot: snapshot, index: index, bytes: bytes)
                try await transport.push(chunk)
                try await transport.push(chunk)
            }
            #expect(try await transport.newestSnapshot() == snapshot)
            for (index, bytes) in chunks.enumerated() {
                #expect(try await transport.chunk(index, of: snapshot) == bytes)
            }
            let behind = PullRequest(after: 2, mergedSequence: 1)
            #expect(try await transport.pull(behind).server.horizon == 1)
            let state = try await transport.pull(PullRequest(after: 2)).server
            #expect(state.floor == 1 && state.horizon == 2)
            #expect(try await transport.pull(PullRequest(after: 0)).segments.isEmpty)
        }
    }

    // Goal: a snapshot that went is told as such, a gap as a forked chain.
    @Test func whatIsGoneIsTold() async throws {
        try await Self.run(ServerPolicy()) { transport, artist in
            _ = try await transport.pull(PullRequest(after: 0))
            let missing = SnapshotManifest(
                id: [UInt8](repeating: 7, count: 16), cursor: 0, chunkCount: 1)
            await #expect(throws: SnapshotGone()) { try await transport.chunk(0, of: missing) }
            let gap = try SealedSegment(bytes: artist.segment(2))
            await #expect(throws: ForkedChain()) { try await transport.push(gap) }
            let late = SnapshotManifest(id: missing.id, cursor: 1, chunkCount: 1)
            let chunk = SnapshotChunk(snapshot: late, index: 0, bytes: artist.chunk(0))
            await #expect(throws: SnapshotRefused.self) { try await transport.push(chunk) }
        }
    }

    // Goal: an answer that cannot be is not believed.
    // Method: replies with one header missing, repeated or out of its bounds; the same of fields.
    @Test func anImpossibleAnswerIsRefused() async throws {
        let names = ["Time", "Epoch", "Head", "Floor", "Horizon"].map {
            HTTPField.Name(atelier: "Atelier-\($0)")
        }
        var good = HTTPFields()
        for (name, value) in zip(names, ["1", "1", "5", "2", "5"]) { good[name] = value }
        let page = try await Self.canned(good, "").pull(PullRequest(after: 5))
        #expect(page.server.floor == 2)
        let changes: [(HTTPField.Name, [String])] =
            names.map { ($0, []) } + names.map { ($0, ["5", "5"]) } + [
                (names[0], ["-1"]), (names[2], ["-1"]), (names[3], ["6"]), (names[4], ["6"]),
                (names[3], ["-1"]), (names[1], ["x"]),
            ]
        for (name, values) in changes {
            var headers = good
            headers[values: name] = values
            let transport = Self.canned(headers, "")
            await #expect(throws: HTTPFailure.self) {
                try await transport.pull(PullRequest(after: 5))
            }
        }
        let id = String(repeating: "0f", count: 16)
        let manifests = [
            "{}", "{\"id\":\"\(id)\",\"cursor\":-1,\"chunks\":1}",
            "{\"id\":\"\(id)\",\"cursor\":0,\"chunks\":0}",
            "{\"id\":\"\(id.dropLast())\",\"cursor\":0,\"chunks\":1}",
            "{\"id\":\"\(id.dropLast())g\",\"cursor\":0,\"chunks\":1}",
        ]
        for body in manifests {
            await #expect(throws: HTTPFailure.self) {
                try await Self.canned([:], body).newestSnapshot()
            }
        }
        let known = try await Self.canned(
            [:], "{\"id\":\"\(id)\",\"cursor\":0,\"chunks\":1}"
        ).newestSnapshot()
        #expect(known?.id == [UInt8](repeating: 15, count: 16))
    }

    // Goal: who waits for news hears of a segment that another device sent, and at once of what is
    // there already; who is cancelled leaves.
    @Test(.timeLimit(.minutes(10))) func newsAreHeard() async throws {
        try await Self.run(ServerPolicy()) { transport, artist in
            let waiting = Task { try await transport.waitForNews(after: 0) }
            var chain = TestChain(of: artist, replica: 1)
            _ = try await transport.push(SealedSegment(bytes: chain.next()))
            #expect(try await waiting.value)
            #expect(try await transport.waitForNews(after: 0))
            let leaving = Task { try await transport.waitForNews(after: 1) }
            leaving.cancel()
            await #expect(throws: CancellationError.self) { try await leaving.value }
        }
    }

    // Goal: a stream that tells nothing of use is no news, and has an end.
    // Method: every cut of a stream in two; lines that are too long, unfinished, of other fields.
    @Test func onlyHeadsAreNews() async throws {
        let text = ":   \nevent: account\ndata: {\"epoch\":1,\"head\":7,\"serial\":2}\n\n"
        for cut in 0...text.utf8.count {
            let pieces = [Array(text.utf8.prefix(cut)), Array(text.utf8.dropFirst(cut))]
            #expect(try await Self.streaming(pieces).waitForNews(after: 6), "\(cut)")
        }
        let useless = [
            text, "", "data: {\"head\":8}", "data: {\"head\":-1}\n", "head: 8\n", "data: [8]\n",
            "data: {\"head\":8\(String(repeating: " ", count: 1 << 17))}\n",
        ]
        for text in useless {
            await #expect(throws: HTTPFailure.self) {
                try await Self.streaming([Array(text.utf8)]).waitForNews(after: 7)
            }
        }
        #expect(try await !Self.canned([:], "").waitForNews(after: 0))
    }

    private static func streaming(_ pieces: [[UInt8]]) -> HTTPTransport {
        HTTPTransport(
            exchange: { _ in HTTPReply(status: 200, headers: [:], body: []) },
            stream: { _, onBytes in
                for piece in pieces { onBytes(piece) }
                return HTTPReply(status: 200, headers: [:], body: [])
            },
            authorize: { _, _, _ in [:] }, explain: { _ in SnapshotGone() })
    }

    private static func canned(_ headers: HTTPFields, _ body: String) -> HTTPTransport {
        HTTPTransport(
            exchange: { _ in HTTPReply(status: 200, headers: headers, body: Array(body.utf8)) },
            authorize: { _, _, _ in [:] }, explain: { _ in SnapshotGone() })
    }

    private static func run(
        _ policy: ServerPolicy,
        _ body: @escaping @Sendable (HTTPTransport, TestDevice) async throws -> Void
    ) async throws {
        let server = try TestServer(policy: policy)
        let artist = TestDevice(of: server)
        try await server.run { client in _ = try await artist.join(client) }
        try await Application(router: server.core.router).test(.live) { client in
            let port = try #require(client.port)
            let address = try HTTPAddress("http://127.0.0.1:\(port)")
            let connection = try HTTPClient(address: address)
            let listener = try HTTPClient(address: address)
            let transport = HTTPTransport(
                exchange: { try await connection.send($0) },
                stream: { try await listener.stream($0, onBytes: $1) },
                authorize: { method, target, body in
                    [.atelierProof: try artist.proof(method, target, body)]
                },
                explain: { reply in
                    let problem = try? CanonicalJSON.decode(
                        Problem.self, from: Data(reply.body))
                    guard let problem else { return HTTPFailure.unexpectedReply("no problem") }
                    return [.fork, .rewind].contains(problem.type) ? ForkedChain() : problem
                })
            try await body(transport, artist)
        }
    }
}
