import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SignedObjects
import Testing

/// What somebody without an account can do to the server over a socket. Each wait is for the other
/// side's close.
struct StrangerTests {
    private static func policy(_ change: (inout ConnectionPolicy) -> Void) -> ServerPolicy {
        var policy = ServerPolicy()
        change(&policy.connections)
        return policy
    }

    /// A server of which every deadline but those that `change` names is out of reach.
    private static func run(
        _ change: (inout ConnectionPolicy) -> Void,
        _ body: @escaping @Sendable (TestServer, Int) async throws -> Void
    ) async throws {
        let policy = policy {
            ($0.header, $0.idle, $0.stall) = (.seconds(3600), .seconds(3600), .seconds(3600))
            change(&$0)
        }
        let server = try TestServer(policy: policy)
        try await server.core.guardedApplication.test(.live) { client in
            try await body(server, try #require(client.port))
        }
    }

    /// Artists join by another way than the socket.
    private static func artist(_ server: TestServer) async throws -> TestDevice {
        let artist = TestDevice(of: server)
        try await server.run { _ = try await artist.join($0) }
        return artist
    }

    private static func head(
        _ artist: TestDevice, _ body: [UInt8], _ framing: String
    ) throws -> [UInt8] {
        let proof = try artist.proof("POST", "/v1/segments", body)
        return Array(
            """
            POST /v1/segments HTTP/1.1\r
            Host: 127.0.0.1\r
            \(framing)\r
            \(RequestProof.headerName): \(proof)\r
            \r\n
            """.utf8)
    }

    private static let get = Array("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

    // Goal: a connection on which nothing comes, or half a header, is closed.
    @Test func silenceIsNotWaitedFor() async throws {
        try await Self.run {
            $0.header = .milliseconds(50)
        } _: { _, port in
            for text in ["", "GET /v1/server HTTP/1.1\r\nHost: a"] {
                let connection = try #require(RawConnection(port: port))
                #expect(connection.write(Array(text.utf8)))
                let got = await connection.all()
                #expect(got == "")
            }
        }
    }

    // Goal: a connection that lies idle after an answer is closed.
    @Test func idleConnectionsAreClosed() async throws {
        try await Self.run {
            $0.idle = .milliseconds(50)
        } _: { _, port in
            let connection = try #require(RawConnection(port: port))
            #expect(connection.write(Self.get))
            let reply = await connection.all()
            #expect(reply.hasPrefix("HTTP/1.1 200 ") && reply.hasSuffix("ok\n"), "\(reply)")
        }
    }

    // Goal: a signed body that stands still ends, unanswered and unstored.
    @Test func aBodyThatStandsStillEnds() async throws {
        try await Self.run {
            $0.stall = .milliseconds(50)
        } _: { server, port in
            let artist = try await Self.artist(server)
            let segment = artist.segment(1, filler: 10_000)
            let connection = try #require(RawConnection(port: port))
            #expect(
                connection.write(
                    try Self.head(artist, segment, "Content-Length: \(segment.count)")))
            #expect(connection.write(Array(segment.prefix(5000))))
            let got = await connection.all()
            #expect(!got.contains(" 200 "))
            #expect(try server.count("segment") == 0)
        }
    }

    // Goal: who is no device of an account is refused before a byte of the body is sent.
    @Test func aStrangersBodyIsNotRead() async throws {
        try await Self.run { _ in
        } _: { server, port in
            let stranger = TestDevice(of: server)
            let connection = try #require(RawConnection(port: port))
            #expect(connection.write(try Self.head(stranger, [], "Content-Length: 1048576")))
            let kind = Problem.Kind.deviceUnknown.rawValue
            let reply = await connection.all(until: kind)
            #expect(reply.hasPrefix("HTTP/1.1 401 ") && reply.contains(kind), "\(reply)")
        }
    }

    // Goal: silent connections of one address give way to the next one, not to another address's.
    @Test func silentConnectionsGiveWay() async throws {
        try await Self.run {
            $0.strangersPerAddress = 3
        } _: { _, port in
            let other = try #require(RawConnection(port: port, from: 0x7F00_0003))
            let silent = try (0..<6).map { _ in
                try #require(RawConnection(port: port, from: 0x7F00_0002))
            }
            for connection in silent.prefix(3) { #expect(await connection.all() == "") }
            let honest = try #require(RawConnection(port: port, from: 0x7F00_0002))
            #expect(honest.write(Self.get))
            #expect(await honest.all(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
            let got = await silent[3].all()
            #expect(got == "")
            #expect(other.write(Self.get))
            #expect(await other.all(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    // Goal: chunks that are none are the sender's mistake, not the server's.
    @Test func malformedChunksAreRefused() async throws {
        try await Self.run {
            $0.idle = .milliseconds(50)
            $0.stall = .milliseconds(50)
        } _: { server, port in
            let artist = try await Self.artist(server)
            for chunk in ["zz\r\n", "5\r\nab\r\n", "ffffffffffffffffff\r\n", "-1\r\n"] {
                let connection = try #require(RawConnection(port: port))
                #expect(
                    connection.write(
                        try Self.head(artist, [], "Transfer-Encoding: chunked")))
                #expect(connection.write(Array(chunk.utf8)))
                let reply = await connection.all()
                #expect(reply.isEmpty || reply.hasPrefix("HTTP/1.1 4"), "\(chunk): \(reply)")
            }
            #expect(!server.core.metricsText().contains("status_code=\"500\""))
        }
    }

    // Goal: a body that breaks off is no failure of the server's, and stores nothing.
    @Test func abortedBodiesAreNoFailures() async throws {
        try await Self.run {
            $0.idle = .milliseconds(50)
            $0.stall = .milliseconds(50)
        } _: { server, port in
            let artist = try await Self.artist(server)
            let segment = artist.segment(1, filler: 10_000)
            for framing in ["Content-Length: \(segment.count)", "Transfer-Encoding: chunked"] {
                let connection = try #require(RawConnection(port: port))
                #expect(connection.write(try Self.head(artist, segment, framing)))
                #expect(connection.write(Array("10\r\n".utf8) + segment.prefix(5000)))
                connection.finish()
                let reply = await connection.all()
                #expect(reply.isEmpty || reply.hasPrefix("HTTP/1.1 4"), "\(framing): \(reply)")
            }
            #expect(try server.count("segment") == 0)
            #expect(!server.core.metricsText().contains("status_code=\"500\""))
        }
    }

    // Goal: the document of the routes is made once, and who has it does not get it again.
    @Test func theDocumentIsMadeOnce() async throws {
        let server = try TestServer()
        try await server.run { client in
            let path = "/v1/openapi.json"
            let first = try await client.execute(uri: path, method: .get)
            let tag = try #require(first.headers[.eTag])
            #expect(first.headers[.cacheControl] == "no-cache")
            #expect(first.body.readableBytes > 10_000)
            for known in [tag, "\"x\", \(tag)", "W/\(tag)", "*"] {
                let again = try await client.execute(
                    uri: path, method: .get, headers: [.ifNoneMatch: known])
                #expect(again.status == .notModified && again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
            }
            let other = try await client.execute(
                uri: path, method: .get, headers: [.ifNoneMatch: "\"x\""])
            #expect(other.status == .ok && other.body == first.body)
        }
    }
}
