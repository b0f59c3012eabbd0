import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

struct RestoredCreditsTests {
    // Goal: a server that is set back to a backup gives no credit twice.
    // Method: backup, two receipts, restore; the device comes again and again and wants more.
    @Test func noCreditIsGivenTwice() async throws {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        let (wallet, backup) = try await server.run { client in
            _ = try await artist.join(client)
            var wallet = try await artist.lentWallet(client)
            try await artist.push(artist.segment(1), client)
            let backup = try server.backup("backup.sqlite")
            for name in ["a", "b"] {
                _ = try wallet.spend(
                    TestDevice.parts(name), now: server.now, signedBy: artist.key)
            }
            let second = artist.segment(2, after: Digest(of: artist.segment(1)).bytes)
            try await artist.push(second, client)
            #expect(try await artist.contact(&wallet, client).receipts.count == 2)
            return (wallet, backup)
        }
        let restored = try server.restored(from: backup)
        try await restored.run { client in
            var wallet = wallet
            let first = try await artist.contact(&wallet, client)
            #expect(first.lacks != nil && first.leases.isEmpty && first.epoch > 1)
            for _ in 0..<4 { _ = try await artist.contact(&wallet, client) }
            #expect(wallet.unspentLeases.isEmpty && !wallet.isHandingIn)
        }
        let ledger = try restored.core.ledgers.ledger(of: artist.account)
        #expect(
            ledger.receipts
                == wallet.receiptsBySpend.values.sorted {
                    $0.payload.logIndex < $1.payload.logIndex
                })
        #expect(ledger.balance == .init(granted: 2, free: 0, leased: 0, spent: 2))
        let report = try Doctor(folder: restored.folder.url, now: restored.now).examine()
        #expect(report.checks.first { $0.name == "ledger" }?.findings == [])
    }

    // Goal: what was withheld after the backup is withheld on the restored server, before it signs
    // anything, and can be lifted there; what was registered after it is registered again.
    @Test func aWithholdingIsNotForgotten() async throws {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        let model = WithheldThing.model(Digest(of: "model"), artist.account)
        let (wallet, backup) = try await server.run { client in
            _ = try await artist.join(client)
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            let backup = try server.backup("backup.sqlite")
            try await artist.push(artist.segment(1), client)
            try await artist.registerModel("model", client)
            try server.core.ledgers.decide(model, isWithheld: true, case: 5)
            _ = try await artist.contact(&wallet, client)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            return (wallet, backup)
        }
        let restored = try server.restored(from: backup)
        let place = TestDevice(artist, at: restored)
        try await restored.run { client in
            var wallet = wallet
            for _ in 0..<3 { _ = try await place.contact(&wallet, client) }
            #expect(try restored.count("withholding") == 1)
            #expect(Array(wallet.held.values) == [.withheld])
            try restored.core.ledgers.decide(model, isWithheld: false, case: 5)
            _ = try await place.contact(&wallet, client)
            #expect(Array(wallet.held.values) == [.unregistered])
            try await place.registerModel("model", client)
            #expect(try await place.contact(&wallet, client).receipts.count == 1)
        }
    }

    // Goal: a suspension from after the backup holds on the restored server too, and can be lifted.
    @Test func aSuspensionIsNotForgotten() async throws {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        let (wallet, backup) = try await server.run { client in
            _ = try await artist.join(client)
            var wallet = try await artist.lentWallet(client)
            let backup = try server.backup("backup.sqlite")
            try await artist.push(artist.segment(1), client)
            try server.core.moderation.suspend(
                artist.account, reason: "test", until: nil, message: "", actor: "test")
            _ = try await artist.contact(&wallet, client)
            return (wallet, backup)
        }
        let restored = try server.restored(from: backup)
        #expect(try restored.core.accounts.summary(of: artist.account).standing == "active")
        try await restored.run { client in
            var wallet = wallet
            for _ in 0..<2 { _ = try await artist.contact(&wallet, client) }
            #expect(try restored.core.accounts.summary(of: artist.account).standing == "suspended")
            try restored.core.moderation.reinstate(artist.account, message: "", actor: "test")
            _ = try await artist.contact(&wallet, client)
            #expect(wallet.standing.suspension(at: server.now) == nil)
        }
    }

    // Goal: another device of the account is waited for, unless it was revoked.
    @Test func anotherDeviceIsWaitedFor() async throws {
        let server = try TestServer()
        let artist = TestDevice(of: server)
        try await server.run { client in
            _ = try await artist.join(client)
            let other = try await artist.letIn("desk", client)
            var wallet = artist.wallet()
            try server.core.epochs.raise(actor: "test")
            for _ in 0..<2 { _ = try await artist.contact(&wallet, client) }
            let reply = try await artist.contact(&wallet, client)
            #expect(reply.waiting?.devices == [other.device] && reply.leases.isEmpty)
            let answer = try await artist.post(
                "/v1/devices/\(other.device)/revocation",
                artist.rotation(2, revoking: [other.device]), client)
            try #require(answer.status == 201)
            #expect(try await artist.contact(&wallet, client).leases.count == 2)
        }
    }
}
