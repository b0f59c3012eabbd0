import AtelierProtocol
import HTTPTypes
import SyncKit
import SyncKitHTTP
import Testing

@Suite("HTTP client")
struct HTTPClientTests {
    // Goal: a reply comes whole, with its status and headers. Method: a socket that says it.
    @Test func aReplyComesWhole() async throws {
        let server = try #require(
            OneReplyServer(
                reply: "HTTP/1.1 409 Conflict\r\nAtelier-Time: 17 \r\nContent-Length: 2\r\n\r\nok"))
        let reply = try await client(of: server).send(
            HTTPMessage(
                method: "POST", target: "/v1/x?y=1", headers: [.atelierProof: "p"], body: []))
        #expect(reply.status == 409 && reply.body == Array("ok".utf8))
        #expect(reply.headers[.atelierTime] == "17")
        #expect(server.received.hasPrefix("POST /v1/x?y=1 HTTP/1.1\r\n"))
        #expect(server.received.contains("\r\nAtelier-Proof: p\r\n"))
        #expect(server.received.contains("\r\nContent-Length: 0\r\n"))
    }

    // Goal: nobody sends the client elsewhere. Method: a redirect, to a file and to a host.
    @Test(arguments: ["file:///etc/passwd", "http://127.0.0.1:1/"])
    func noRedirectIsFollowed(location: String) async throws {
        let server = try #require(
            OneReplyServer(
                reply: "HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n"))
        let reply = try await client(of: server).send(HTTPMessage(target: "/"))
        #expect(reply.status == 302 && reply.body.isEmpty)
    }

    // Goal: a reply has a limit. Method: at it and one byte past it, with no length told.
    @Test(arguments: [(100, true), (101, false)])
    func aReplyHasALimit(bytes: Int, fits: Bool) async throws {
        let body = String(repeating: "x", count: bytes)
        let server = try #require(OneReplyServer(reply: "HTTP/1.1 200 OK\r\n\r\n" + body))
        var limits = HTTPLimits()
        limits.replyBytes = 100
        let client = try client(of: server, limits: limits)
        if fits {
            #expect(try await client.send(HTTPMessage(target: "/")).body.count == bytes)
        } else {
            await #expect(throws: HTTPFailure.replyTooLarge(limit: 100)) {
                try await client.send(HTTPMessage(target: "/"))
            }
        }
    }

    // Goal: silence, absence and nonsense are told apart from replies. Method: a socket that says
    // nothing until the limit, one that speaks no HTTP, a port where nobody is.
    @Test func silenceAndNonsenseAreTold() async throws {
        let silent = try #require(OneReplyServer(reply: nil))
        var limits = HTTPLimits()
        limits.totalTimeout = .milliseconds(200)
        let patient = try client(of: silent, limits: limits)
        let slow = await #expect(throws: HTTPFailure.self) {
            try await patient.send(HTTPMessage(target: "/"))
        }
        guard case .tooSlow = slow else {
            Issue.record("\(String(describing: slow))")
            return
        }
        let babbling = try #require(OneReplyServer(reply: "hello"))
        await #expect(throws: HTTPFailure.self) {
            try await client(of: babbling).send(HTTPMessage(target: "/"))
        }
        let nobody = try HTTPClient(address: HTTPAddress("http://127.0.0.1:1"))
        let away = await #expect(throws: HTTPFailure.self) {
            try await nobody.send(HTTPMessage(target: "/"))
        }
        guard case .unreachable = away else {
            Issue.record("\(String(describing: away))")
            return
        }
    }

    // Goal: a cancelled task does not wait for the server. Method: cancel while a socket is silent.
    @Test func aCancelledTaskEnds() async throws {
        let silent = try #require(OneReplyServer(reply: nil))
        let client = try client(of: silent)
        let task = Task { try await client.send(HTTPMessage(target: "/")) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    // Goal: every value of a repeated header is kept, with none a line that is no header.
    // Method: a reply with three of one, and one whose name is none.
    @Test func aRepeatedHeaderKeepsItsValues() async throws {
        let server = try #require(
            OneReplyServer(
                reply: "HTTP/1.1 200 OK\r\nVary: a\r\nAtelier-Time: 17\r\nvary:b\r\nB d: x\r\n"
                    + "VARY: \r\nContent-Length: 0\r\n\r\n"))
        let reply = try await client(of: server).send(HTTPMessage(target: "/"))
        #expect(reply.headers[values: .vary] == ["a", "b", ""])
        #expect(reply.headers[.vary] == "a, b, " && reply.headers.count == 5)
    }

    // Goal: a header without a value is sent. Method: a socket that keeps what it reads.
    @Test func anEmptyHeaderIsSent() async throws {
        let server = try #require(
            OneReplyServer(reply: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        _ = try await client(of: server).send(HTTPMessage(target: "/", headers: [.accept: ""]))
        #expect(server.received.contains("\r\nAccept:\r\n"))
    }

    // Goal: no header is smuggled in.
    // Method: line ends in a header, which the type makes spaces; what is no ASCII; a target.
    @Test func nothingIsSmuggledIn() async throws {
        let server = try #require(
            OneReplyServer(reply: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        _ = try await self.client(of: server).send(
            HTTPMessage(target: "/", headers: [.accept: "b\r\nC: d"]))
        #expect(server.received.contains("\r\nAccept: b  C: d\r\n"))
        let client = try HTTPClient(address: HTTPAddress("http://127.0.0.1:1"))
        for message in [
            HTTPMessage(target: "/", headers: [.accept: "\u{E4}"]),
            HTTPMessage(target: "/ HTTP/1.1\r\nC: d"), HTTPMessage(target: "@other.example/"),
        ] {
            let error = await #expect(throws: HTTPFailure.self) { try await client.send(message) }
            guard case .unsendable = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    // Goal: a page of segments is read whole or refused. Method: every prefix of a page of two.
    @Test func aPageIsReadWholeOrRefused() async throws {
        let page: [UInt8] =
            [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8] + [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 9]
        var headers: HTTPFields = [.atelierTime: "5"]
        for (name, value) in [("Epoch", "1"), ("Head", "5"), ("Floor", "0"), ("Horizon", "0")] {
            headers[HTTPField.Name(atelier: "Atelier-\(name)")] = value
        }
        for length in 0...page.count {
            let transport = HTTPTransport(
                exchange: { [headers] _ in
                    HTTPReply(status: 200, headers: headers, body: Array(page.prefix(length)))
                }, authorize: { _, _, _ in [:] },
                explain: { HTTPFailure.unexpectedReply("\($0.status)") })
            if [0, 14, page.count].contains(length) {
                let pulled = try await transport.pull(PullRequest(after: 0))
                let expected: [Int64] = length == 0 ? [] : length == 14 ? [1] : [1, 5]
                #expect(pulled.segments.map(\.sequence.rawValue) == expected)
            } else {
                await #expect(throws: HTTPFailure.self) {
                    try await transport.pull(PullRequest(after: 0))
                }
            }
        }
    }

    private func client(
        of server: OneReplyServer, limits: HTTPLimits = HTTPLimits()
    ) throws -> HTTPClient {
        try HTTPClient(address: HTTPAddress("http://127.0.0.1:\(server.port)"), limits: limits)
    }
}
