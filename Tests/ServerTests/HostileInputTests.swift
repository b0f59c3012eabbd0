import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct HostileInputTests {
    static let routes: [(HTTPRequest.Method, String)] = [
        (.get, "/v1/server"), (.post, "/v1/accounts"), (.get, "/v1/devices"),
        (.post, "/v1/accounts/00/device-requests"), (.post, "/v1/ledger"),
        (.get, "/v1/accounts/../device-requests/%00"), (.get, "/v1/device-requests"),
        (.post, "/v1/device-requests/zz/approval"), (.post, "/v1/segments"),
        (.get, "/v1/segments?after=-1"), (.get, "/v1/segments?after=9223372036854775808"),
        (.get, "/v1/segments?limit=0"), (.get, "/v1/segments?limit=257"), (.put, "/v1/segments"),
        (.get, "/nothing"), (.delete, "/"),
    ]

    // Goal: garbage is refused, never a failure of the server.
    // Method: from a printed seed, random bodies and proofs to every route, signed and unsigned.
    @Test(arguments: SeededGenerator.seeds(3))
    func garbageNeverFailsTheServer(seed: UInt64) async throws {
        print("seed \(seed)")
        var policy = ServerPolicy()
        policy.guestRequestsPerMinute = 100_000
        policy.requestsPerMinute = 100_000
        let server = try TestServer(policy: policy)
        try await server.run { client in
            var random = SeededGenerator(seed: seed)
            let artist = try await TestDevice.joined(to: server, client)
            for (method, target) in Self.routes {
                for round in 0..<20 {
                    let body = garbage(round, &random)
                    let proof = random.oneIn(3) ? garbageText(&random) : nil
                    let reply = try await artist.send(method, target, body, proof: proof, client)
                    #expect(reply.status < 500, "\(method) \(target) \(body)")
                }
            }
        }
    }

    // Goal: a body past its limit is refused before it is read whole.
    // Method: one byte past the limit of messages, and of a route that takes none.
    @Test func largeBodiesAreRefused() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let large = [UInt8](repeating: 32, count: ProtocolLimits.messageBytes + 1)
            let reply = try await artist.send(.post, "/v1/ledger", large, client)
            #expect(reply.status == 413 && reply.problem == .tooLarge)
            let fits = try await artist.send(.post, "/v1/ledger", large.dropLast(), client)
            #expect(fits.status == 400)
            let none = try await artist.send(.get, "/v1/devices", [1], client)
            #expect(none.status == 413)
        }
    }

    // Goal: a ledger request is bounded in items, and holds only the sender's own words.
    // Method: the limit, one past it, and another device's spend.
    @Test func aLedgerRequestIsBoundedAndOnesOwn() async throws {
        let server = try TestServer()
        try await server.run { client in
            let (artist, other) = (TestDevice(of: server), TestDevice(of: server))
            _ = try await artist.join(client)
            let spend = try self.spend(by: artist, account: artist.account)
            for (count, status) in [
                (ProtocolLimits.ledgerItems, 200), (ProtocolLimits.ledgerItems + 1, 400),
            ] {
                let request = LedgerRequest(
                    spends: Array(repeating: spend, count: count),
                    wantedLeases: NumberRange.wish.upperBound,
                    orderSerial: NumberRange.wish.lowerBound)
                let reply = try await artist.post("/v1/ledger", request, client)
                #expect(reply.status == status)
                if status == 200 {
                    let refused = try reply.decode(LedgerReply.self).refused
                    #expect(refused.allSatisfy { $0.reason == .unknownLease })
                }
            }
            let endless = LedgerRequest(wantedLeases: Int.max, orderSerial: Int.min)
            #expect(try await artist.post("/v1/ledger", endless, client).problem == .malformed)
            let foreign = LedgerRequest(
                spends: [try self.spend(by: other, account: artist.account)], wantedLeases: 0,
                orderSerial: 0)
            #expect(try await artist.post("/v1/ledger", foreign, client).problem == .malformed)
        }
    }

    // Goal: a member without a value is left out, as the API's document has it.
    // Method: each optional member of a request once left out, once as `null`.
    @Test func nullIsNoValue() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let plain = #"{"spends":[],"returns":[],"wanted_leases":0,"order_serial":0"#
            for (member, status) in [
                ("", 200), (#","epoch":null"#, 400), (#","hand_in":null"#, 400),
                (#","more":null"#, 400), (#","more":"null""#, 200),
            ] {
                let body = Array((plain + member + "}").utf8)
                let reply = try await artist.send(.post, "/v1/ledger", body, client)
                #expect(reply.status == status, "\(member)")
                if status == 400 { #expect(reply.problem == .malformed) }
            }
            let guest = try await TestDevice(of: server).send(
                .post, "/v1/accounts", Array(#"{"invite":null}"#.utf8), client)
            #expect(guest.problem == .malformed)
        }
    }

    // Goal: guests are limited by address, and the limit outlives a restart.
    // Method: one past the limit, then again after opening the folder anew.
    @Test func guestsAreLimitedAcrossRestarts() async throws {
        var policy = ServerPolicy()
        policy.guestRequestsPerMinute = 3
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let stranger = TestDevice(of: server)
            let path = "/v1/accounts/\(stranger.account)/device-requests/\(stranger.device)"
            for _ in 1...3 {
                let reply = try await stranger.send(.get, path, client)
                #expect(reply.status == 404)
            }
            let refused = try await stranger.send(.get, path, client)
            #expect(refused.status == 429)
        }
        let reopened = try server.reopened(policy: policy)
        try await reopened.run { client in
            let stranger = TestDevice(of: reopened)
            let path = "/v1/accounts/\(stranger.account)/device-requests/\(stranger.device)"
            let refused = try await stranger.send(.get, path, client)
            #expect(refused.status == 429)
        }
    }

    private func spend(by device: TestDevice, account: AccountID) throws -> String {
        try JWS(
            signing: Spend(
                account: account, device: device.device,
                lease: LeaseID(checked: [UInt8](repeating: 3, count: 16)),
                credit: NumberRange.count.upperBound, epoch: NumberRange.count.lowerBound,
                journal: JournalID(checked: [UInt8](repeating: 3, count: 16)),
                number: NumberRange.count.upperBound, previous: .zero, parts: TestDevice.parts("a"),
                time: device.server.now, orderSerial: NumberRange.count.upperBound),
            with: device.key
        ).compact
    }

    private func garbage(_ round: Int, _ random: inout SeededGenerator) -> [UInt8] {
        let texts = [
            "", "{}", "[]", "null",
            "{\"spends\":[\"a.b.c\"],\"returns\":[],\"wanted_leases\":1e99}",
            "{\"invite\":\"00\",\"account_key\":\"\",\"certificate\":\"..\"}",
            String(repeating: "[", count: 5000), "\u{0}",
        ]
        return round < texts.count ? Array(texts[round].utf8) : random.bytes(random.below(400))
    }

    private func garbageText(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("abcXYZ019-_.=")
        return String((0..<random.below(200)).map { _ in alphabet[random.below(alphabet.count)] })
    }
}
