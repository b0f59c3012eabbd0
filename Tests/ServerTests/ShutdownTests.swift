import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import SignedObjects
import Synchronization
import SyncKit
import SyncKitHTTP
import TestSupport
import Testing

/// The program's end, by signals from outside.
@Suite(.serialized) struct ShutdownTests {
    // Goal: a request under way gets its answer, and nobody new is let in.
    // Method: half an upload; SIGTERM; connections until one is refused; the other half.
    @Test func anUploadUnderWayIsAnswered() async throws {
        let place = try await Place()
        let (request, artist) = try await place.upload()
        let connection = try #require(RawConnection(port: place.server.port))
        let half = request.count - 20
        #expect(connection.write(Array(request.prefix(half))))
        try await place.waitUntilUnderWay()
        place.server.send(signal: SIGTERM)
        place.waitUntilNobodyListens()
        #expect(connection.write(Array(request.dropFirst(half))))
        let reply = connection.readAll()
        #expect(reply.hasPrefix("HTTP/1.1 200 "), "\(reply)")
        #expect(reply.contains("\"sequence\":1"), "\(reply)")
        #expect(await place.server.status() == 0)
        #expect(try place.test.core.accounts.summary(of: artist.account).segments == 1)
    }

    // Goal: who watches is told the end, not cut off.
    @Test func aWatcherIsLetGo() async throws {
        let place = try await Place()
        let artist = TestDevice(of: place.test)
        let client = try HTTPClient(address: HTTPAddress(place.server.address))
        #expect(try await artist.join(RoundRobin([place.server.address])).status == 201)
        let proof = try artist.proof("GET", AccountEvent.target, [])
        let (beats, beat) = AsyncStream.makeStream(of: Void.self)
        async let ended = client.stream(
            HTTPMessage(
                method: "GET", target: AccountEvent.target,
                headers: [.atelierProof: proof], body: nil)
        ) { _ in beat.yield() }
        var iterator = beats.makeAsyncIterator()
        await iterator.next()
        place.server.send(signal: SIGINT)
        #expect(try await ended.status == 200)
        #expect(await place.server.status() == 0)
    }

    // Goal: a second signal ends the program at once, whatever is under way.
    @Test func aSecondSignalEndsAtOnce() async throws {
        let place = try await Place()
        let (request, _) = try await place.upload()
        let connection = try #require(RawConnection(port: place.server.port))
        #expect(connection.write(Array(request.dropLast())))
        try await place.waitUntilUnderWay()
        place.server.send(signal: SIGTERM)
        place.waitUntilNobodyListens()
        place.server.send(signal: SIGTERM)
        #expect(await place.server.status() == 128 + SIGTERM)
        #expect(connection.readAll() == "")
    }

    // Goal: a request that never ends does not keep the program for ever.
    @Test func theGraceIsBounded() async throws {
        let place = try await Place(options: ["--shutdown-grace", "1s"])
        let (request, _) = try await place.upload()
        let connection = try #require(RawConnection(port: place.server.port))
        #expect(connection.write(Array(request.dropLast())))
        try await place.waitUntilUnderWay()
        place.server.send(signal: SIGTERM)
        #expect(await place.server.status() == 0)
        _ = connection
    }
}

/// A program on a database that the test reads too.
private struct Place {
    let test: TestServer
    let server: RunningServer

    init(options: [String] = []) async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = "shutdown\(Self.count.add(1, ordering: .relaxed).newValue)"
        let database = TestDatabase.own(try cluster.database(name))
        test = try TestServer(sharing: database)
        server = try await RunningServer(
            data: test.folder.url, database: try database.address,
            options: ["--metrics-listen", "127.0.0.1:0"] + options)
    }

    private static let count = Atomic(0)

    /// A push as it goes over the wire, of an artist who has joined.
    func upload() async throws -> (bytes: [UInt8], artist: TestDevice) {
        let artist = TestDevice(of: test)
        #expect(try await artist.join(RoundRobin([server.address])).status == 201)
        let segment = artist.segment(1, filler: 100_000)
        let head = """
            POST /v1/segments HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Length: \(segment.count)\r
            \(RequestProof.headerName): \(try artist.proof("POST", "/v1/segments", segment))\r
            \r\n
            """
        return (Array(head.utf8) + segment, artist)
    }

    /// Asks for the metrics until they tell of a request without an answer.
    func waitUntilUnderWay() async throws {
        let address = try #require(server.metricsAddress?.dropLast("/metrics".count))
        let client = try HTTPClient(address: HTTPAddress(String(address)))
        for _ in 0..<10_000 {
            let reply = try await client.send(HTTPMessage(target: "/metrics"))
            try #require(reply.status == 200)
            let lines = try MetricsLines(String(decoding: reply.body, as: UTF8.self))
            if lines[MetricsLines.activeRequests("POST")] == 1 { return }
        }
        Issue.record("The request did not come in.")
    }

    func waitUntilNobodyListens() {
        for _ in 0..<100_000 where RawConnection(port: server.port) == nil { return }
        Issue.record("New connections are still taken.")
    }
}
