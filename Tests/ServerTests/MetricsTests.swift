import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import Testing

@Suite(.onBothDatabases)
struct MetricsTests {
    // Goal: what happened is counted, once each.
    // Method: a join, two new segments and a repeat, a spend with its receipt, two refusals.
    @Test func everyEventIsCounted() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await busyArtist(of: server, client)
            let lines = try MetricsLines(server.core.metricsText())
            #expect(lines[Self.answered("POST", "/v1/segments", 200)] == 3)
            #expect(lines[Self.answered("POST", "/v1/segments", 409)] == 1)
            #expect(lines[Self.answered("POST", "/v1/accounts", 201)] == 1)
            #expect(lines[Self.answered("_OTHER", nil, 404)] == 1)
            #expect(lines["atelier_segment_stored_total"] == 2)
            let bytes = artist.segment(1).count + artist.segment(2).count
            #expect(lines["atelier_segment_io_bytes_total"] == Double(bytes))
            #expect(lines["atelier_receipt_signed_total"] == 1)
            #expect(lines["atelier_request_refused_total{error_type=\"fork\"}"] == 1)
            #expect(lines["atelier_request_refused_total{error_type=\"not-found\"}"] == 1)
            #expect(lines["atelier_request_refused_total{error_type=\"internal\"}"] == 0)
            #expect(lines[MetricsLines.activeRequests("POST")] == 0)
            #expect(lines["atelier_watcher_count"] == 0)
            #expect(try #require(lines["process_memory_usage_bytes"]) > 1_000_000)
            let processor = try #require(lines["process_cpu_time_seconds_total{cpu_mode=\"user\"}"])
            #expect(processor > 0)
            for time in ["wait", "use"] {
                let count = "db_client_connection_\(time)_time_seconds_count"
                let key = "\(count){db_client_connection_pool_name=\"write\"}"
                #expect(try #require(lines[key]) >= 6)
            }
        }
    }

    // Goal: labels are few whatever clients send, and name nobody.
    // Method: requests with ids, made-up paths and methods; every label against what is known.
    @Test func labelsAreBoundedAndNameNobody() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await busyArtist(of: server, client)
            for number in 0..<50 {
                _ = try await artist.send(.get, "/made-up/\(number)", client)
                let method = try #require(HTTPRequest.Method("MADE\(number)"))
                _ = try await artist.send(method, "/v1/segments", client)
            }
            let text = server.core.metricsText()
            #expect(!text.contains("MADE") && !text.contains("made-up"))
            #expect(!text.contains(artist.account.description))
            #expect(!text.contains(artist.device.description))
            #expect(!text.contains("127.0.0.1"))
            let requests = try MetricsLines(text).values.keys
                .filter { $0.hasPrefix("http_server_request_duration_seconds_count") }
            #expect(requests.count < 20, "\(requests)")
        }
    }

    // Goal: the buckets of a histogram rise, and the last one counts all.
    @Test func bucketsRise() async throws {
        let server = try TestServer()
        try await server.run { client in
            _ = try await busyArtist(of: server, client)
            let text = server.core.metricsText()
            _ = try MetricsLines(text)
            var last = 0.0
            var buckets = 0
            for line in text.split(separator: "\n")
            where line.hasPrefix("http_server_request_duration_seconds_bucket{")
                && line.contains("code=\"200\",http_route=\"/v1/segments\"")
            {
                let value = try #require(line.split(separator: " ").last.flatMap { Double($0) })
                #expect(value >= last)
                (last, buckets) = (value, buckets + 1)
            }
            #expect(last == 3 && buckets == 15)
        }
    }

    /// The key of how many requests got that answer.
    private static func answered(_ method: String, _ route: String?, _ status: Int) -> String {
        let route = route.map { ",http_route=\"\($0)\"" } ?? ""
        return "http_server_request_duration_seconds_count{http_request_method=\"\(method)\","
            + "http_response_status_code=\"\(status)\"\(route),url_scheme=\"http\"}"
    }

    /// An artist who has joined, pushed, spent and been refused.
    private func busyArtist(
        of server: TestServer, _ client: any TestClientProtocol
    ) async throws -> TestDevice {
        let artist = try await TestDevice.joined(to: server, client)
        var chain = TestChain(of: artist, replica: 1)
        let segments = [chain.next(), chain.next()]
        for segment in segments + segments.suffix(1) { try await artist.push(segment, client) }
        let fork = artist.segment(9)
        #expect(try await artist.send(.post, "/v1/segments", fork, client).problem == .fork)
        var wallet = try await artist.lentWallet(client)
        _ = try wallet.spend(TestDevice.parts("body"), now: server.now, signedBy: artist.key)
        _ = try await artist.contact(&wallet, client)
        let odd = try #require(HTTPRequest.Method("MADE-UP"))
        #expect(try await artist.send(odd, "/nothing", client).status == 404)
        return artist
    }
}
