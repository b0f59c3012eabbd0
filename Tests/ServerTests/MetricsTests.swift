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
            let requests = "atelier_requests_total"
            let push = "method=\"POST\",route=\"/v1/segments\""
            #expect(lines["\(requests){\(push),status=\"200\"}"] == 3)
            #expect(lines["\(requests){\(push),status=\"409\"}"] == 1)
            #expect(
                lines[
                    "\(requests){method=\"POST\",route=\"/v1/accounts\",status=\"201\"}"] == 1)
            #expect(
                lines["\(requests){method=\"other\",route=\"unknown\",status=\"404\"}"] == 1)
            #expect(lines["atelier_request_seconds_count{route=\"/v1/segments\"}"] == 4)
            #expect(
                lines["atelier_request_seconds_bucket{route=\"/v1/segments\",le=\"+Inf\"}"] == 4)
            #expect(lines["atelier_segments_stored_total"] == 2)
            let bytes = artist.segment(1).count + artist.segment(2).count
            #expect(lines["atelier_segment_bytes_stored_total"] == Double(bytes))
            #expect(lines["atelier_receipts_total"] == 1)
            #expect(lines["atelier_refusals_total{cause=\"fork\"}"] == 1)
            #expect(lines["atelier_refusals_total{cause=\"not-found\"}"] == 1)
            #expect(lines["atelier_refusals_total{cause=\"internal\"}"] == 0)
            #expect(lines["atelier_requests_under_way"] == 0)
            #expect(lines["atelier_watchers"] == 0)
            #expect(try #require(lines["process_resident_memory_bytes"]) > 1_000_000)
            let waits = try #require(
                lines["atelier_database_wait_seconds_count{access=\"write\"}"])
            #expect(waits >= 6)
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
                .filter { $0.hasPrefix("atelier_requests_total") }
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
            where line.hasPrefix("atelier_request_seconds_bucket{route=\"/v1/segments\"") {
                let value = try #require(line.split(separator: " ").last.flatMap { Double($0) })
                #expect(value >= last)
                (last, buckets) = (value, buckets + 1)
            }
            #expect(last == 4 && buckets == 14)
        }
    }

    /// An artist who has joined, pushed, spent and been refused.
    private func busyArtist(
        of server: TestServer, _ client: any TestClientProtocol
    ) async throws -> TestDevice {
        let artist = TestDevice(of: server)
        #expect(try await artist.join(client).status == 201)
        var chain = TestChain(of: artist, replica: 1)
        let segments = [chain.next(), chain.next()]
        for segment in segments + segments.suffix(1) { try await artist.push(segment, client) }
        let fork = artist.segment(9)
        #expect(try await artist.send(.post, "/v1/segments", fork, client).problem == .fork)
        var wallet = artist.wallet()
        _ = try await artist.contact(&wallet, client)
        _ = try wallet.spend(body: Digest(of: "body"), now: server.now, signedBy: artist.key)
        _ = try await artist.contact(&wallet, client)
        let odd = try #require(HTTPRequest.Method("MADE-UP"))
        #expect(try await artist.send(odd, "/nothing", client).status == 404)
        return artist
    }
}
