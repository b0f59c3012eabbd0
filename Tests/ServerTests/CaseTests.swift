import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct CaseTests {
    /// An artist whose journal went on twice, on different leases and on the same one.
    private struct Doubled {
        let artist: TestDevice
        let first, second, third: JWS<Spend>
        var twice: DeviceWallet
        /// As it was before it used the lease again.
        let unused: DeviceWallet

        init(_ server: TestServer, _ client: any TestClientProtocol) async throws {
            artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            var fork = wallet
            twice = wallet
            first = try wallet.spend(
                TestDevice.parts("a"), now: server.now, signedBy: artist.key
            ).spend
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            #expect(try server.core.cases.list().isEmpty)
            let lease = first.payload.lease
            fork.leases[lease] = nil
            second = try fork.spend(
                TestDevice.parts("b"), now: server.now, signedBy: artist.key
            ).spend
            #expect(try await artist.contact(&fork, client).receipts.count == 1)
            twice.leases = twice.leases.filter { $0.key == lease }
            unused = twice
            third = try twice.spend(
                TestDevice.parts("c"), now: server.now, signedBy: artist.key
            ).spend
            for _ in 1...2 {
                let refused = try await artist.contact(&twice, client).refused
                #expect(refused.allSatisfy { $0.reason == .doubleSpend })
            }
        }
    }

    // Goal: proofs become cases with their evidence, one of a kind at a time; nobody is punished.
    // Method: a journal that goes on twice, on different leases and on the same one; look.
    @Test func proofsBecomeCases() async throws {
        let server = try TestServer()
        try await server.run { client in
            let doubled = try await Doubled(server, client)
            let account = doubled.artist.account
            let cases = try server.core.cases.list().map(\.record)
            #expect(Set(cases.map(\.kind)) == [.journalFork, .doubleSpend] && cases.count == 2)
            for record in cases {
                let dossier = try server.core.cases.dossier(record.id)
                let proof = try #require(dossier.proofs.first)
                #expect(dossier.proofs.count == 1)
                #expect(proof.first.document == doubled.first.compact)
                let other = record.kind == .journalFork ? doubled.second : doubled.third
                #expect(proof.second.document == other.compact)
                #expect(record.respondent?.account == account)
                #expect(dossier.acts == [.dismiss, .suspend, .warn])
            }
            #expect(try server.core.accounts.summary(of: account).standing == "active")
            #expect(throws: ServerError.self) { try server.core.cases.dossier(99) }
            let actions = try server.core.audit.entries(of: account).map(\.action)
            #expect(actions == ["case", "case"])
            let files = try await doubled.artist.cases(client)
            #expect(files.map(\.side) == [.respondent, .respondent])
            #expect(files.allSatisfy { $0.canAnswer && !$0.canAppeal && !$0.canWithdraw })
        }
    }

    // Goal: what was judged once is never judged again; what comes later is a case of its own.
    // Method: dismiss the case of a double spend, then let the device use the lease a third time.
    @Test func nothingIsJudgedTwice() async throws {
        try await TestServer.moderated { server, client in
            var doubled = try await Doubled(server, client)
            let artist = doubled.artist
            let kind = CaseFilter(kind: .doubleSpend)
            let first = try #require(try server.core.cases.list(kind).first).record.id
            try server.core.cases.decide(first, TestServer.verdict(.dismiss), as: "mia")
            _ = try await artist.contact(&doubled.twice, client)
            #expect(try server.core.cases.list(kind).isEmpty)

            var again = doubled.unused
            let spend = try again.spend(
                TestDevice.parts("d"), now: server.now, signedBy: artist.key
            ).spend
            _ = try await artist.contact(&again, client)
            let open = try server.core.cases.list(kind)
            #expect(open.count == 1 && open[0].record.id != first)
            let proofs = try server.core.cases.dossier(open[0].record.id).proofs
            #expect(proofs.map(\.second.document) == [spend.compact])
            #expect(try server.core.cases.dossier(first).proofs.count == 1)
        }
    }
}
