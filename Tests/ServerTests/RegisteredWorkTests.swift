import AtelierProtocol
import AtelierServer
import CreditLedger
import Fingerprints
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases) struct RegisteredWorkTests {
    private static func send(
        _ artist: TestDevice, works: [String] = [], models: [String] = [],
        withdrawals: [String] = [], _ client: any TestClientProtocol
    ) async throws -> RegistrationReply {
        try await artist.post(
            RegistrationRequest.target,
            RegistrationRequest(works: works, models: models, withdrawals: withdrawals), client
        ).decode()
    }

    private static func withdrawal(
        of artist: TestDevice, works: [Digest] = [], models: [Digest] = []
    ) throws -> String {
        try JWS(
            signing: RegistrationWithdrawal(
                account: artist.account, device: artist.device, works: works, models: models,
                time: artist.server.now), with: artist.key
        ).compact
    }

    /// Two works, by the order of their pixels.
    private static let works: [(work: Digest, pixels: Digest)] = ["a", "b"].map {
        (Digest(of: "work \($0)"), Digest(of: "pixels \($0)"))
    }.sorted { $0.pixels < $1.pixels }

    private static func standing(
        _ receipt: JWS<Receipt>, _ server: TestServer, _ client: any TestClientProtocol
    ) async throws -> ReceiptStatus.Standing {
        let response = try await client.execute(
            uri: "/v1/receipts/\(receipt.digest)/status", method: .get)
        try #require(response.status == .ok)
        #expect(response.headers[.cacheControl] == "public, max-age=300")
        let reply = try CanonicalJSON.decode(
            ReceiptStatusReply.self, from: Data(response.body.readableBytesView))
        let status = try JWS<ReceiptStatus>(
            verifying: reply.status, with: server.core.publicKey
        ).payload
        #expect(status.receipt == receipt.digest && status.time == server.now)
        #expect(status.until == server.now + .seconds(300))
        return status.standing
    }

    // Goal: a spend waits until its model is registered, and its receipt then says of how many
    // works; registering is repeatable; a withdrawal holds what comes later and is told of the
    // receipts before.
    @Test func receiptsNeedRegisteredWorks() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            let model = Digest(of: "model")
            let parts = RenderSpec(
                model: model,
                works: ModelRegistration.worksDigest(ofPixels: Self.works.map(\.pixels)),
                settings: Digest(of: "s"), seed: 1, engine: "1")
            _ = try wallet.spend(parts, now: server.now, signedBy: artist.key)
            let held = try await artist.contact(&wallet, client).held
            #expect(held.map(\.reason) == [.unregistered])

            let works = try Self.works.map { try artist.registration($0.work, pixels: $0.pixels) }
            let models = [try artist.registration(model: model, of: Self.works.map(\.work))]
            for outcome in [RegistrationReply.Outcome.accepted, .known] {
                let reply = try await Self.send(artist, works: works, models: models, client)
                #expect(reply.works.map(\.outcome) == [outcome, outcome])
                #expect(reply.models.map(\.outcome) == [outcome])
            }
            let settled = try await artist.contact(&wallet, client)
            #expect(settled.receipts.count == 1 && settled.held.isEmpty)
            let receipt = try #require(wallet.receiptsBySpend.values.first)
            #expect(receipt.payload.works == 2 && receipt.payload.model == model)
            #expect(try await Self.standing(receipt, server, client) == .good)

            let withdrawals = [try Self.withdrawal(of: artist, works: [Self.works[0].work])]
            for outcome in [RegistrationReply.Outcome.accepted, .known] {
                let reply = try await Self.send(artist, withdrawals: withdrawals, client)
                #expect(reply.withdrawals.map(\.outcome) == [outcome])
            }
            #expect(try await Self.standing(receipt, server, client) == .withdrawn)
            var again = parts
            again = RenderSpec(
                model: model, works: again.works, settings: Digest(of: "t"), seed: 1, engine: "1")
            _ = try wallet.spend(again, now: server.now, signedBy: artist.key)
            let later = try await artist.contact(&wallet, client).held
            #expect(later.map(\.reason) == [.unregistered])
            let refused = try await Self.send(artist, models: models, client)
            #expect(refused.models.map(\.code) == [.unregisteredWork])
            let back = try await Self.send(artist, works: works, models: models, client)
            #expect(
                back.works.map(\.outcome).sorted { $0.rawValue < $1.rawValue }
                    == [.accepted, .known])
            #expect(back.models.map(\.outcome) == [.accepted])
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            #expect(try await Self.standing(receipt, server, client) == .good)
        }
    }

    // Goal: an entry that does not hold is refused by a code, and stops no other.
    @Test func whatDoesNotHoldIsRefused() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let (first, second) = (Self.works[0], Self.works[1])
            let good = try artist.registration(first.work, pixels: first.pixels)
            let foreign = try other.registration(second.work, pixels: second.pixels)
            let reply = try await Self.send(
                artist, works: [foreign, good, "a.b.c"],
                models: [try artist.registration(model: Digest(of: "m"), of: [second.work])],
                withdrawals: [try Self.withdrawal(of: other, works: [first.work])], client)
            #expect(reply.works.map(\.code) == [.malformed, nil, .malformed])
            #expect(reply.works.map(\.outcome) == [.refused, .accepted, .refused])
            #expect(reply.models.map(\.code) == [.unregisteredWork])
            #expect(reply.withdrawals.map(\.code) == [.malformed])
            #expect(reply.works[0].text.isEmpty == false)

            let changed = try artist.registration(first.work, pixels: Digest(of: "others"))
            let conflict = try await Self.send(
                artist,
                works: [changed, try artist.registration(second.work, pixels: second.pixels)],
                models: [
                    try artist.registration(
                        model: Digest(of: "m"), of: [second.work, first.work]),
                    try artist.registration(model: Digest(of: "n"), of: [first.work]),
                    try artist.registration(model: Digest(of: "n"), of: [second.work]),
                ], client)
            #expect(conflict.works.map(\.code) == [.conflict, nil])
            #expect(conflict.models.map(\.code) == [.wrongOrder, nil, .conflict])
            #expect(try server.count("work_registration") == 2)
            let none = try await artist.post(
                RegistrationRequest.target,
                RegistrationRequest(works: [String](repeating: good, count: 65)), client)
            #expect(none.problem == .malformed)
        }
    }

    // Goal: a model that is registered with other works than it learned from gets no receipt.
    @Test func aModelOfOtherWorksGetsNoReceipt() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            try await artist.registerModel("model", client)
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            let parts = RenderSpec(
                model: Digest(of: "model"), works: Digest(of: "what it really learned from"),
                settings: Digest(of: "s"), seed: 1, engine: "1")
            _ = try wallet.spend(parts, now: server.now, signedBy: artist.key)
            let held = try await artist.contact(&wallet, client).held
            #expect(held.map(\.reason) == [.unregistered])
        }
    }

    // Goal: a withheld work stops the receipts of the models with it and no others, says so of
    // earlier receipts, and gives all back when it is lifted.
    @Test func aWithheldWorkStopsItsModelsAlone() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            for name in ["model", "clean"] { try await artist.registerModel(name, client) }
            try server.core.moderation.grant(
                artist.account, credits: 2, reason: "test", actor: "test")
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            let spend = { (wallet: inout DeviceWallet, name: String, model: String) in
                _ = try wallet.spend(
                    TestDevice.parts(name, model: model), now: server.now, signedBy: artist.key)
            }
            try spend(&wallet, "a", "model")
            _ = try await artist.contact(&wallet, client)
            let receipt = try #require(wallet.receiptsBySpend.values.first)
            let work = WithheldThing.work(Digest(of: "work of model"), artist.account)
            try spend(&wallet, "b", "model")
            try server.core.ledgers.decide(work, isWithheld: true, case: 7)
            let during = try await artist.contact(&wallet, client)
            #expect(during.held.map(\.reason) == [.withheld] && during.receipts.isEmpty)
            let effect = try server.core.ledgers.effect(of: work)
            #expect(effect.models == [Digest(of: "model")])
            #expect(effect.receipts == 1 && effect.heldSpends == 1)
            #expect(wallet.standing.isWithheld(model: .zero, works: [Digest(of: "work of model")]))
            #expect(try await Self.standing(receipt, server, client) == .disputed)
            try spend(&wallet, "c", "clean")
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            // A second case withholds it too; lifting one lifts not the other.
            try server.core.ledgers.decide(work, isWithheld: true, case: 8)
            try server.core.ledgers.decide(work, isWithheld: false, case: 7)
            #expect(try await artist.contact(&wallet, client).held.map(\.reason) == [.withheld])
            try server.core.ledgers.decide(work, isWithheld: false, case: 8)
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            #expect(try await Self.standing(receipt, server, client) == .good)
            #expect(try server.count("withholding") == 0)
            // The whole ledger knows the same as the rows.
            try server.core.ledgers.decide(
                .model(Digest(of: "clean"), artist.account), isWithheld: true, case: 9)
            let whole = try server.core.ledgers.ledger(of: artist.account)
            #expect(whole.standing.isWithheld(model: Digest(of: "clean"), works: []))
        }
    }

    // Goal: a receipt's public status says that its device was revoked or its account purged;
    // nothing is known of others.
    @Test func statusesFollowDeviceAndAccount() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = try await artist.lentWallet(client)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            _ = try await artist.contact(&wallet, client)
            let receipt = try #require(wallet.receiptsBySpend.values.first)
            let unknown = try await client.execute(
                uri: "/v1/receipts/\(Digest(of: "x"))/status", method: .get)
            #expect(unknown.status == .notFound)
            let revocation = try artist.rotation(2, revoking: [artist.device], for: [])
            let revoked = try await artist.post(
                "/v1/devices/\(artist.device)/revocation", revocation, client)
            #expect(revoked.status == 201)
            #expect(try await Self.standing(receipt, server, client) == .revokedDevice)
            _ = try server.core.accounts.purge(artist.account, reason: "test", actor: "test")
            #expect(try await Self.standing(receipt, server, client) == .withdrawn)
            #expect(try server.count("work_registration") == 0)
            #expect(try server.count("fingerprint") == 0)
        }
    }

    // Goal: where the operator makes registration optional, receipts come without one and claim
    // nothing.
    @Test func registrationCanBeOptional() async throws {
        var policy = ServerPolicy()
        policy.rightsRegistration = .optional
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            _ = try wallet.spend(TestDevice.parts("a"), now: server.now, signedBy: artist.key)
            #expect(try await artist.contact(&wallet, client).receipts.count == 1)
            let receipt = try #require(wallet.receiptsBySpend.values.first)
            #expect(receipt.payload.works == nil)
            #expect(try await Self.standing(receipt, server, client) == .good)
        }
    }
}
