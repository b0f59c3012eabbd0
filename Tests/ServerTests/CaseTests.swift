import AtelierServer
import CreditLedger
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct CaseTests {
    // Goal: proofs become cases with their evidence, one of a kind at a time; nobody is punished.
    // Method: a journal that goes on twice, on different leases and on the same one; look; close.
    @Test func proofsBecomeCases() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            var (fork, twice) = (wallet, wallet)
            let first = try wallet.spend(
                TestDevice.parts("a"), now: server.now, signedBy: artist.key
            ).spend
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            #expect(try server.core.moderation.cases().isEmpty)

            let lease = first.payload.lease
            fork.leases[lease] = nil
            let second = try fork.spend(
                TestDevice.parts("b"), now: server.now, signedBy: artist.key
            ).spend
            #expect(try await artist.contact(&fork, client).receipts.count == 1)
            twice.leases = twice.leases.filter { $0.key == lease }
            let third = try twice.spend(
                TestDevice.parts("c"), now: server.now, signedBy: artist.key
            ).spend
            for _ in 1...2 {
                let refused = try await artist.contact(&twice, client).refused
                #expect(refused.allSatisfy { $0.reason == .doubleSpend })
            }
            let cases = try server.core.moderation.cases()
            #expect(Set(cases.map(\.kind)) == [.journalFork, .doubleSpend] && cases.count == 2)
            for entry in cases {
                let proof = try #require(try server.core.moderation.caseFile(entry.id).proofs.first)
                #expect(proof.first.document == first.compact)
                let other = entry.kind == .journalFork ? second : third
                #expect(proof.second.document == other.compact)
                #expect(entry.account == artist.account)
            }
            #expect(try server.core.accounts.summary(of: artist.account).standing == "active")

            let id = try #require(cases.first).id
            try server.core.moderation.closeCase(id, note: "restored a backup", actor: "ann")
            #expect(try server.core.moderation.cases().count == 1)
            #expect(try server.core.moderation.cases(all: true).count == 2)
            #expect(try server.core.moderation.caseFile(id).summary.note == "restored a backup")
            #expect(throws: ServerError.self) {
                try server.core.moderation.closeCase(id, note: "", actor: "ann")
            }
            #expect(throws: ServerError.self) { try server.core.moderation.caseFile(99) }
            let actions = try server.core.audit.entries(of: artist.account).map(\.action)
            #expect(actions == ["case", "case", "case closed"])
        }
    }
}
