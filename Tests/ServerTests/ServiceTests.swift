import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct ServiceTests {
    // Goal: a pause reaches every account: no lease, no receipt, spends held; sync of changes goes
    // on; a resume settles what was held.
    // Method: one account with a spend to settle, one that opens during the pause.
    @Test func aPauseHoldsEverybodyAndIsLifted() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            try server.core.moderation.pauseService(
                reason: "maintenance", message: "Back at noon.", actor: "ann")
            let during = try await artist.contact(&wallet, client)
            #expect(during.orders.count == 1 && during.held.count == 1 && during.receipts.isEmpty)
            guard case .failure(let reason) = wallet.permission(now: server.now),
                case .paused("maintenance", "Back at noon.", nil) = reason
            else { throw LedgerError.damagedLedger(reason: "the device was not told") }
            let segment = artist.segment(1)
            #expect(try await artist.send(.post, "/v1/segments", segment, client).status == 200)
            let late = try await TestDevice.joined(to: server, client)
            var other = late.wallet()
            #expect(try await late.contact(&other, client).leases.isEmpty)

            try server.core.moderation.resumeService(actor: "ann")
            let after = try await artist.contact(&wallet, client)
            #expect(after.receipts.count == 1 && after.held.isEmpty && after.orders.count == 1)
            #expect(try await late.contact(&other, client).leases.count == 2)
            #expect(throws: ServerError.self) {
                try server.core.moderation.resumeService(actor: "ann")
            }
            let acts = try server.core.audit.entries().map(\.action)
            #expect(acts.filter { $0.hasPrefix("service") } == ["service pause", "service resume"])
        }
    }

    // Goal: who was away during a pause never hears of it, and a timed one ends by itself.
    // Method: pause and resume between two contacts; then one with an end, before and at it.
    @Test func aPauseThatIsOverLeavesNothing() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            try server.core.moderation.pauseService(reason: "short", actor: "ann")
            try server.core.moderation.resumeService(actor: "ann")
            #expect(try await artist.contact(&wallet, client).orders.isEmpty)
            let end = server.now + .seconds(100)
            try server.core.moderation.pauseService(reason: "timed", until: end, actor: "ann")
            #expect(try await artist.contact(&wallet, client).orders.count == 1)
            #expect(try await artist.contact(&wallet, client).orders.isEmpty)
            server.advance(by: .milliseconds(99_999))
            #expect(throws: RefusedReason.self) { try wallet.permission(now: server.now).get() }
            server.advance(by: .milliseconds(1))
            _ = try wallet.permission(now: server.now).get()
            #expect(try await artist.contact(&wallet, client).orders.isEmpty)
            #expect(throws: ServerError.self) {
                try server.core.moderation.pauseService(
                    reason: "past", until: server.now, actor: "ann")
            }
        }
    }
}
