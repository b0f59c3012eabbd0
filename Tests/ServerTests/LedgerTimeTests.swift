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
            let artist = TestDevice(of: server)
            _ = try await artist.join(client)
            var wallet = artist.wallet()
            let day = Duration.seconds(86_400)
            server.advance(by: day * 400)
            let wrong = try await artist.contact(&wallet, client)
            server.advance(by: day * -400)
            #expect(try await artist.contact(&wallet, client).time == wrong.time)
            let told = try findings(server)
            #expect(told.contains { $0.contains("service clock") }, "\(told)")
            #expect(try server.core.setLedgerTimeBack(reason: "test", actor: "test") == 1)
            let reply = try await artist.contact(&wallet, client)
            #expect(reply.time == server.now)
            #expect(reply.balance == .init(granted: 2, free: 0, leased: 2, spent: 0))
            let left = try findings(server)
            #expect(!left.contains { $0.contains("set back") }, "\(left)")
            #expect(try server.core.auditEntries().last?.action == "service clock")
        }
    }

    private func findings(_ server: TestServer) throws -> [String] {
        try Doctor(
            folder: server.folder.url, database: server.database.address, now: server.now
        ).examine().checks.first { $0.name == "clock" }?.findings ?? []
    }
}
