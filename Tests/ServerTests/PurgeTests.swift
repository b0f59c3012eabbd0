import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct PurgeTests {
    // Goal: a purge takes away what the account stored and who its devices are, keeps receipts and
    // decisions, and gives nobody the free credits again. Others are not touched.
    // Method: an account with a device's name, segments and a receipt; every way back is tried.
    @Test func aPurgeTakesAllButWhatMustStay() async throws {
        let server = try TestServer()
        try await server.run { client in
            var (artist, other) = (TestDevice(of: server), TestDevice(of: server))
            (artist.name, other.name) = ("purple-easel", "green-easel")
            for device in [artist, other] {
                _ = try await device.join(client)
                let segment = device.segment(1)
                #expect(try await device.send(.post, "/v1/segments", segment, client).status == 200)
            }
            var wallet = try await artist.lentWallet(client)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            _ = try await artist.contact(&wallet, client)
            let report = try server.core.accounts.purge(
                artist.account, reason: "asked", actor: "ann")
            #expect(report.segments == 1 && report.devices == 1 && report.receiptsKept == 1)
            let stored = try server.database.contents
            #expect(!stored.contains("purple-easel") && stored.contains("green-easel"))
            #expect(try server.count("segment") == 1)
            #expect(try server.count("ledger_receipt") == 1)
            #expect(try server.core.accounts.summary(of: artist.account).standing == "purged")
            #expect(try server.core.audit.entries(of: artist.account).map(\.action) == ["purge"])

            #expect(try await artist.send(.get, "/v1/devices", client).status == 401)
            #expect(try await artist.join(client).status == 409)
            let restore = RestoreRequest(
                accountKey: artist.accountKey.verifyingKey, certificate: try artist.certificate())
            let path = "/v1/accounts/\(artist.account)/devices"
            #expect(try await artist.post(path, restore, client).status == 404)
            #expect(throws: ServerError.self) {
                try server.core.accounts.purge(artist.account, reason: "asked", actor: "ann")
            }
            #expect(try await other.send(.get, "/v1/devices", client).status == 200)
        }
    }

    // Goal: the report counts what was done in its time, and nothing else.
    // Method: acts before, in and after a day; a suspension that lasts past its end.
    @Test func theReportCountsWhatWasDone() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artists = (0..<3).map { _ in TestDevice(of: server) }
            _ = try await artists[0].join(client)
            var wallet = try await artists[0].lentWallet(client)
            try server.core.moderation.grant(
                artists[0].account, credits: 2, reason: "g", actor: "a")
            server.advance(by: .seconds(86_400))
            let from = server.now
            for artist in artists[1...] { _ = try await artist.join(client) }
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artists[0].key)
            _ = try await artists[0].contact(&wallet, client)
            for (place, reason) in [(0, "spam"), (1, "spam"), (2, "not-own-work")] {
                try server.core.moderation.suspend(
                    artists[place].account, reason: reason, until: nil, message: "", actor: "a")
            }
            try server.core.moderation.reinstate(artists[0].account, message: "", actor: "a")
            try server.core.moderation.grant(
                artists[0].account, credits: 3, reason: "g", actor: "a")
            try server.core.moderation.pauseService(reason: "p", actor: "a")
            try server.core.moderation.resumeService(actor: "a")
            _ = try server.core.accounts.purge(artists[2].account, reason: "r", actor: "a")
            server.advance(by: .seconds(1))
            let to = server.now
            try server.core.moderation.reinstate(artists[1].account, message: "", actor: "a")
            let report = try server.core.moderation.report(from: from, to: to)
            #expect(report.accounts == ["open": 1, "purged": 1])
            #expect(report.suspensions == ["spam": 2, "not-own-work": 1])
            #expect(report.reinstatements == 1 && report.suspendedAtEnd == 2)
            #expect(report.creditsGranted == 3 && report.receipts == 1 && report.pauses == 1)
            #expect(report.cases.isEmpty && report.purges == 1)
            #expect(throws: ServerError.self) {
                try server.core.moderation.report(from: to, to: to)
            }
        }
    }
}
