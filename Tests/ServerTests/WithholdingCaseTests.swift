import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct WithholdingCaseTests {
    /// Registers a model of one work that looks like `picture`.
    private static func register(
        _ model: String, like picture: TestPicture, _ device: TestDevice,
        _ client: any TestClientProtocol
    ) async throws {
        let work = Digest(of: "work of \(model)")
        let reply = try await device.post(
            RegistrationRequest.target,
            RegistrationRequest(
                works: [
                    try device.registration(
                        work, pixels: Digest(of: "pixels of \(model)"), reading: picture.reading)
                ], models: [try device.registration(model: Digest(of: model), of: [work])]), client)
        let entries = try reply.decode(RegistrationReply.self)
        try #require((entries.works + entries.models).allSatisfy { $0.outcome == .accepted })
    }

    // Goal: a pair of near registrations is one case; withholding the work stops receipts for the
    // models with it and no others; a lift gives them all back; nothing is decided twice.
    // Method: the second artist has a model of the first one's picture and one of their own; a
    // moderator withholds, the appeal before another moderator lifts it.
    @Test func aWithheldWorkStopsItsModelsAlone() async throws {
        try await TestServer.moderated { server, client in
            let first = try await TestDevice.joined(to: server, client)
            let second = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            try await Self.register("original", like: picture, first, client)
            server.advance(by: .seconds(1))
            try await Self.register("copy", like: picture.copy(differingIn: 20), second, client)
            try await Self.register("own", like: try TestPicture(seed: 2), second, client)
            let summary = try #require(try server.core.cases.list().first)
            let id = summary.record.id
            #expect(try server.core.cases.list().count == 1)
            #expect(summary.record.kind == .match && summary.record.distance == 20)
            #expect(summary.record.claimant?.account == first.account)
            #expect(summary.record.respondent?.account == second.account)

            let verdict = TestServer.verdict(.withholdWork)
            let preview = try server.core.cases.preview(id, verdict, as: "mia")
            #expect(preview.models == [Digest(of: "copy")] && preview.receipts == 0)
            let effect = try server.core.cases.decide(id, verdict, as: "mia")
            #expect(effect == preview)
            var wallet = second.wallet()
            _ = try await second.contact(&wallet, client)
            _ = try wallet.spend(
                TestDevice.parts("a", model: "copy"), now: server.now, signedBy: second.key)
            _ = try wallet.spend(
                TestDevice.parts("b", model: "own"), now: server.now, signedBy: second.key)
            let held = try await second.contact(&wallet, client)
            #expect(held.receipts.count == 1 && held.held.count == 1)

            let appeal = try await second.post(
                "/v1/cases/\(id)/appeals", CaseWords(text: "I was first."), client)
            #expect(appeal.status == 200)
            #expect(throws: ServerError.self) {
                try server.core.cases.settleAppeal(id, with: nil, text: "No.", as: "mia")
            }
            try server.core.cases.settleAppeal(
                id, with: TestServer.verdict(.dismiss), text: "Yes.", as: "max")
            #expect(try await second.contact(&wallet, client).receipts.count == 1)
            #expect(try await second.contact(&wallet, client).held.isEmpty)

            // The same two again are no new case.
            let work = Digest(of: "work of copy")
            let taken = try JWS(
                signing: RegistrationWithdrawal(
                    account: second.account, device: second.device, works: [work], models: [],
                    time: server.now), with: second.key
            ).compact
            _ = try await second.post(
                RegistrationRequest.target, RegistrationRequest(withdrawals: [taken]), client)
            _ = try await second.post(
                RegistrationRequest.target,
                RegistrationRequest(works: [
                    try second.registration(
                        work, pixels: Digest(of: "pixels of copy"),
                        reading: try picture.copy(differingIn: 20).reading)
                ]), client)
            #expect(try server.core.cases.list().isEmpty)
        }
    }

    // Goal: two servers on one database that take the two works of a pair at the same moment open
    // one case, whose letters reach both accounts.
    @Test func twoServersOpenOneCase() async throws {
        let server = try TestServer()
        let beside = try server.beside(ahead: .zero)
        try await server.run { client in
            let first = try await TestDevice.joined(to: server, client)
            let second = TestDevice(try await TestDevice.joined(to: server, client), at: beside)
            try await beside.run { other in
                for round in 0..<8 {
                    let picture = try TestPicture(seed: UInt64(round))
                    async let one = first.register(picture, client, "a \(round)")
                    async let two = second.register(picture, other, "b \(round)")
                    _ = try await (one, two)
                    #expect(try server.core.cases.list().count == round + 1)
                }
                #expect(try await first.cases(client).count == 8)
                #expect(try await second.cases(other).count == 8)
                #expect(try server.count("case_letter WHERE serial IS NOT NULL") == 16)
            }
        }
    }

    // Goal: of several models with a work one can be withheld, and a name of none is refused.
    @Test func oneModelIsWithheld() async throws {
        try await TestServer.moderated { server, client in
            let first = try await TestDevice.joined(to: server, client)
            let second = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            try await Self.register("original", like: picture, first, client)
            server.advance(by: .seconds(1))
            try await Self.register("copy", like: picture, second, client)
            func verdict(_ model: Digest?) -> CaseVerdict {
                CaseVerdict(
                    act: .withholdModel, code: "not-own-work", text: "It is theirs.", model: model)
            }
            for model in [nil, Digest(of: "own")] {
                #expect(throws: ServerError.self) {
                    try server.core.cases.decide(1, verdict(model), as: "mia")
                }
            }
            let effect = try server.core.cases.decide(
                1, verdict(Digest(of: "copy")), as: "mia")
            #expect(effect.models == [Digest(of: "copy")] && effect.work == nil)
            #expect(try server.count("withholding") == 1)
            try server.core.cases.undo(1, text: "Sorry.", as: "max")
            #expect(try server.count("withholding") == 0)
            let retrain = TestServer.verdict(.requireRetrain)
            #expect(try server.core.cases.decide(1, retrain, as: "mia") == effect)
        }
    }
}
