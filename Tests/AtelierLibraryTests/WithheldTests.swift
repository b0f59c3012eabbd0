import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

/// What a moderator withholds is told wherever it matters.
@Suite("Withheld receipts on a device")
struct WithheldTests {
    private static let order = NamedOrder(model: "m", seed: 1, width: 64, height: 64)

    // Goal: model, generation, status and export name the case of a withheld model; after the
    // release none does. Method: withhold before a generation is settled, then release.
    @Test func aWithheldModelNamesItsCase() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let model = try library.model(named: "m")
        let digest = try #require(Digest(hex: model.digest))
        #expect(try library.withheldReceipts().cases.isEmpty)
        let file = try Self.decided(.withholdModel, about: nil, now: world.now)
        server.changeRights { $0.cases = [file] }
        try server.withhold(digest, caseNumber: 7)
        let made = try library.generate(Self.order).generation
        _ = try await library.sync.run()
        let withheld = try library.withheldReceipts()
        #expect(withheld.cases == [7] && withheld.cases(model) == [7])
        #expect(withheld.appealable == [7])
        #expect(withheld.marking([model]).map(\.withheldIn) == [[7]])
        #expect(withheld.marking([made]).map(\.withheldIn) == [[7]])
        #expect(try library.status().withheldIn == [7])
        let out = world.folder.url.appending(path: "clean.png")
        let error = #expect(throws: GenerationError.self) {
            try library.generations.export(made.id, to: out, withoutWatermark: true)
        }
        let failure = Failure(try #require(error))
        #expect(failure.nextStep == .appealCase && failure.number == 7, "\(failure)")
        #expect(failure.text.contains("case 7") && failure.kind == .refused)
        try server.withhold(digest, caseNumber: 7, isReleased: true)
        _ = try await library.sync.run()
        #expect(try library.withheldReceipts().cases.isEmpty)
        #expect(try library.withheldReceipts().marking([model]).map(\.withheldIn) == [nil])
    }

    // Goal: a withheld work is marked, and with it each model that learned from it, also one whose
    // row is gone. Method: an order about a work; the model is removed afterwards.
    @Test func aWithheldWorkMarksItsModels() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let model = try library.model(named: "m")
        let works = try library.works.all()
        let work = try #require(works.first)
        try server.withhold(work: try #require(Digest(hex: work.sha256)), caseNumber: 3)
        _ = try await library.sync.run()
        let withheld = try library.withheldReceipts()
        #expect(withheld.cases(model) == [3])
        #expect(withheld.marking(works).compactMap(\.withheldIn) == [[3]])
        #expect(withheld.marking([work]).first?.withheldIn == [3])
        _ = try library.styles.remove(model.id)
        #expect(try library.withheldReceipts().cases(model) == [3])
    }

    // Goal: a reserved work of one's own is trained on where the case with the reservation ended in
    // its favour, and refused otherwise; the refusal names the number. Method: each end once.
    @Test func aDecidedCaseLetsAWorkThrough() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try library.works.add(try world.picture(4, side: 160)).work
        let digest = try #require(Digest(hex: work.sha256))
        let print = try await library.rights.reserve([work.id])
        #expect(print.count == 1)
        let fingerprint = try #require(server.rights.works[digest]?.fingerprint)
        let stranger = AccountID(checked: [UInt8](repeating: 5, count: 16))
        server.setReservation(9, fingerprint, of: stranger)
        _ = try await library.sync.run()
        func train(_ name: String) throws {
            _ = try library.styles.train(name, from: .chosen([work.id]))
        }
        let error = #expect(throws: RightsError.self) { try train("a") }
        let failure = Failure(try #require(error))
        #expect(failure.nextStep == .trainWithoutWork && failure.number == 9)
        for (act, side, isThrough) in [
            (CaseAct.withholdWork, CaseSide.respondent, false),
            (.confirmReservation, .claimant, false), (.dismiss, .respondent, true),
        ] {
            let file = try Self.decided(act, about: digest, side: side, now: world.now)
            server.changeRights { $0.cases = [file] }
            try server.tell(.caseDecision, caseNumber: 7, "x")
            _ = try await library.sync.run()
            if isThrough {
                try train("b")
            } else {
                #expect(throws: RightsError.self) { try train("b") }
            }
        }
        // One that was dismissed long ago opens no door to what a later case is about.
        let dismissed = try Self.decided(.dismiss, about: digest, now: world.now)
        let later = try Self.decided(
            .confirmReservation, about: digest, side: .claimant, number: 8, reservation: 9,
            now: world.now)
        server.changeRights { $0.cases = [dismissed, later] }
        try server.tell(.caseDecision, caseNumber: 8, "x")
        _ = try await library.sync.run()
        #expect(throws: RightsError.self) { try train("c") }
        let rest = try library.styles.train("rest", from: .all, without: [work.id])
        #expect(!rest.model.works.contains(work.id) && rest.model.works.count == 2)
    }

    /// A case, decided.
    static func decided(
        _ act: CaseAct, about work: Digest?, side: CaseSide = .respondent,
        number: Int64 = 7, reservation: Int64? = nil, now: UnixTime,
        letters: [CaseLetter] = [], isUndone: Bool = false, canAppeal: Bool = true
    ) throws -> CaseFile {
        CaseFile(
            number: number, kind: .match, side: .respondent, state: .decided, waitsFor: nil,
            work: work,
            reservation: reservation, distance: 0, claimantSince: now, respondentSince: now,
            opened: now,
            letters: letters,
            decision: CaseDecision(
                act: act, side: side, code: "not-own-work", until: nil, time: now,
                appealUntil: now, isUndone: isUndone),
            canAnswer: false, canAppeal: canAppeal, canWithdraw: false)
    }
}
