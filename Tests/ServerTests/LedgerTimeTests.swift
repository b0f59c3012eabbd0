import AtelierServer
import CreditLedger
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases) struct LedgerTimeTests {
    // Goal: a clock that was 400 days ahead for one contact can be mended, and lends nothing twice.
    @Test func aWrongFutureIsSetBack() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = artist.wallet()
            let day = Duration.seconds(86_400)
            server.advance(by: day * 400)
            let wrong = try await artist.contact(&wallet, client)
            server.advance(by: day * -400)
            #expect(try await artist.contact(&wallet, client).time == wrong.time)
            let told = try findings(server)
            #expect(told.contains { $0.contains("service clock") }, "\(told)")
            let repair = try server.core.time.trust(reason: "test", actor: "test")
            #expect(repair.ledgers == 1 && repair.leases == 2)
            let reply = try await artist.contact(&wallet, client)
            #expect(reply.time == server.now)
            #expect(reply.balance == .init(granted: 2, free: 0, leased: 2, spent: 0))
            let left = try findings(server)
            #expect(!left.contains { $0.contains("set back") }, "\(left)")
            #expect(try server.core.audit.entries().last?.action == "service clock")
        }
    }

    // Goal: credits that a lost device borrowed in a wrong future come back as soon as those that
    // are borrowed now, and not sooner; another device cannot have them meanwhile.
    // Method: two credits lent 400 days ahead; the clock is mended; the device never comes again.
    @Test func whatWasLentAheadComesBack() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await artist.letIn("desk", client)
            var (lost, wallet) = (artist.wallet(), other.wallet())
            let day = Duration.seconds(86_400)
            server.advance(by: day * 400)
            #expect(try await artist.contact(&lost, client).leases.count == 2)
            server.advance(by: day * -400)
            _ = try server.core.time.trust(reason: "test", actor: "test")
            server.advance(by: day * 33 - .milliseconds(1))
            let early = try await other.contact(&wallet, client)
            #expect(early.leases.isEmpty && early.balance.leased == 2)
            server.advance(by: .milliseconds(1))
            #expect(try await other.contact(&wallet, client).leases.count == 2)
        }
    }

    // Goal: the device that holds them exchanges them at its first contact, and can use them.
    @Test func whatWasLentAheadIsExchanged() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = artist.wallet()
            let day = Duration.seconds(86_400)
            server.advance(by: day * 400)
            let ahead = try await artist.contact(&wallet, client).leases
            server.advance(by: day * -400)
            _ = try server.core.time.trust(reason: "test", actor: "test")
            for _ in 0..<2 {
                let request = try wallet.request(now: server.now, signedBy: artist.key) { _ in }
                let reply: LedgerReply = try await artist.post("/v1/ledger", request, client)
                    .decode()
                try wallet.absorb(
                    reply, serverKey: server.core.publicKey, own: .init(time: server.now))
            }
            let leases = wallet.unspentLeases
            #expect(leases.count == 2 && leases.allSatisfy { $0.payload.issued == server.now })
            #expect(ahead.allSatisfy { text in !leases.contains { $0.compact == text } })
            #expect(throws: Never.self) { try wallet.permission(now: server.now).get() }
        }
    }

    // Goal: the statements set back what the ledger's own rules do.
    // Method: one ledger with leases in use, idle and dated ahead, and devices that are waited for.
    @Test func statementsDoAsTheRules() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            server.advance(by: .seconds(40 * 86_400))
            _ = try await artist.contact(&wallet, client)
            try server.core.epochs.raise(actor: "test")
            server.advance(by: .seconds(-40 * 86_400))
            var expected = try server.core.ledgers.ledger(of: artist.account)
            expected.setTimeBack(to: server.now, policy: server.core.policy.ledger)
            _ = try server.core.time.trust(reason: "test", actor: "test")
            #expect(try server.core.ledgers.ledger(of: artist.account) == expected)
            #expect(expected.leases.contains { $0.redated != nil })
            #expect(expected.leases.contains { $0.redated == nil })
        }
    }

    private func findings(_ server: TestServer) throws -> [String] {
        try Doctor(
            folder: server.folder.url, database: server.database.address, now: server.now
        ).examine().checks.first { $0.name == "clock" }?.findings ?? []
    }
}
