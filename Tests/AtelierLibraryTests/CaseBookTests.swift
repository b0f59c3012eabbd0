import AtelierLibrary
import AtelierProtocol
import CreditLedger
import Foundation
import SignedObjects
import TestSupport
import Testing

/// The account's cases on a device.
@Suite("Cases of the account")
struct CaseBookTests {
    // Goal: a letter is told with the sync that brings it; the case can be read offline, answered
    // and appealed. Method: a case with a question; the server goes away in between.
    @Test func lettersAreToldAndAnswered() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        #expect(try await library.sync.run().letters.isEmpty)
        #expect(try library.rights.cases().isEmpty)
        let question = "Who drew the heron?"
        server.changeRights {
            $0.cases = [LocalServer.file(4, letters: [question], now: world.now)]
        }
        try server.tell(.caseLetter, caseNumber: 4, question)
        let outcome = try await library.sync.run()
        #expect(outcome.letters.map(\.text) == [question] && outcome.messages.isEmpty)
        server.setDown(true)
        let open = try library.status().openCases
        #expect(open.map(\.number) == [4] && open.allSatisfy(\.waitsForYou))
        #expect(try library.rights.caseReport(4).letters.map(\.from) == ["a moderator"])
        #expect(throws: LibraryError.unknown(.rightsCase, name: "5")) {
            try library.rights.caseReport(5)
        }
        server.setDown(false)
        let answered = try await library.rights.answer(4, "I did, in May.")
        #expect(answered.letters.map(\.text) == [question, "I did, in May."])
        let appealed = try await library.rights.appeal(4, "Look again.")
        #expect(appealed.state == .appealed && !appealed.waitsForYou)
        #expect(try library.rights.cases() == [appealed])
        let contested = try await library.rights.contest(reservation: 17, "It is mine.")
        #expect(contested.kind == .contest && contested.number == 2)
        await #expect(throws: LibraryError.self) { try await library.rights.answer(4, "  ") }
    }

    // Goal: a sync tells each case once, as it is now: what an undone decision did is not told, and
    // an appeal is offered where there is one. Method: three orders of one case, then its end.
    @Test func lettersOfACaseAreFolded() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let now = world.now
        func letter(_ kind: CaseLetter.Kind, _ text: String) -> CaseLetter {
            CaseLetter(from: nil, kind: kind, text: text, time: now)
        }
        let decision = letter(.decision, "Train again without it.")
        let decided = try WithheldTests.decided(
            .requireRetrain, about: nil, now: now, letters: [decision])
        server.changeRights { $0.cases = [decided] }
        try server.tell(.caseOpened, caseNumber: 7, "Two works look alike.")
        try server.tell(.caseLetter, caseNumber: 7, "The other side has written.")
        try server.tell(.caseLetter, caseNumber: 7, "The other side has written.")
        try server.withhold(
            try #require(Digest(hex: try library.model(named: "m").digest)), caseNumber: 7)
        try server.tell(.caseDecision, caseNumber: 7, "Train again. You can appeal until then.")
        let first = try await library.sync.run().letters
        #expect(first.map(\.title) == ["decided, receipts withheld"])
        #expect(first.map(\.text) == ["Train again without it."] && first.allSatisfy(\.canAppeal))
        #expect(try library.rights.caseReport(7).opening == "Two works look alike.")
        let undone = try WithheldTests.decided(
            .requireRetrain, about: nil, now: now,
            letters: [decision, letter(.undo, "Too fast.")], isUndone: true, canAppeal: false)
        server.changeRights { $0.cases = [undone] }
        try server.withhold(
            try #require(Digest(hex: try library.model(named: "m").digest)), caseNumber: 7,
            isReleased: true)
        try server.tell(.caseDecision, caseNumber: 7, "Too fast.")
        let second = try await library.sync.run().letters
        #expect(second.map(\.title) == ["the decision was taken back, receipts released"])
        #expect(second.map(\.text) == ["Too fast."] && !second.allSatisfy(\.canAppeal))
    }

    // Goal: a second objection to a reservation is not dropped in silence, whether this device
    // knows of the first or another one made it.
    @Test func aSecondContestIsTold() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let now = world.now
        let first = CaseLetter(from: .claimant, kind: .statement, text: "Mine.", time: now)
        let file = CaseFile(
            number: 9, kind: .contest, side: .claimant, state: .open, waitsFor: nil, work: nil,
            reservation: 17, distance: nil, claimantSince: now, respondentSince: now, opened: now,
            letters: [first], decision: nil, canAnswer: true, canAppeal: false, canWithdraw: true)
        server.changeRights { $0.cases = [file] }
        for _ in 0..<2 {
            let error = await #expect(throws: RightsError.self) {
                try await library.rights.contest(reservation: 17, "again")
            }
            #expect(error == .contestedBefore(reservation: 17, caseNumber: 9))
            let failure = Failure(try #require(error))
            #expect(failure.nextStep == .answerCase && failure.number == 9)
        }
        #expect(try library.rights.caseReport(9).canWithdraw)
    }

    // Goal: nobody is offered to withdraw from a case of two registrations, in which they asked for
    // nothing; the reservation that waits because of it is named.
    @Test func aMatchAsksForNothing() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let work = try #require(library.works.all().first)
        let now = world.now
        func file(_ reservation: Int64?) -> CaseFile {
            CaseFile(
                number: 4, kind: .match, side: .claimant, state: .open, waitsFor: nil,
                work: Digest(hex: work.sha256), reservation: reservation,
                distance: 3, claimantSince: now, respondentSince: now, opened: now, letters: [],
                decision: nil, canAnswer: true, canAppeal: false, canWithdraw: true)
        }
        for (reservation, canWithdraw) in [(nil, false), (Int64(17), true)] {
            let known = file(reservation)
            server.changeRights { $0.cases = [known] }
            try server.tell(.caseOpened, caseNumber: 4, "x")
            _ = try await library.sync.run()
            let report = try library.rights.caseReport(4)
            #expect(report.canWithdraw == canWithdraw && report.waitingReservation == nil)
        }
        server.changeRights { $0.isPending = true }
        let number = try await library.rights.reserve([work.id]).first?.number
        #expect(try library.rights.ownReservations().map(\.state) == [.pending])
        #expect(number != nil)
        #expect(try library.rights.caseReport(4).waitingReservation == number)
    }

    // Goal: an artist who appeals too early is not told to decide first. Method: a server that
    // refuses every move, in a case that waits, and in one that has ended.
    @Test func earlyMovesAreRefusedInWords() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        server.changeRights {
            $0.cases = [LocalServer.file(4, letters: ["Who?"], now: world.now)]
            $0.isRefusingMoves = true
        }
        let early = await #expect(throws: RightsError.notDecided(caseNumber: 4)) {
            try await library.rights.appeal(4, "No.")
        }
        let failure = Failure(try #require(early))
        #expect(failure.kind == .refused && failure.nextStep == .answerCase && failure.number == 4)
        await #expect(throws: RightsError.nothingToWithdraw(caseNumber: 4)) {
            try await library.rights.withdraw(4, "No.")
        }
        await #expect(throws: Problem.self) { try await library.rights.answer(4, "I did.") }
    }

    // Goal: a list of cases that does not rise is refused. Method: the same case twice.
    @Test func aCircularListIsRefused() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let file = LocalServer.file(4, letters: ["x"], now: world.now)
        server.changeRights { $0.cases = [file, file] }
        try server.tell(.caseOpened, caseNumber: 4, "x")
        await #expect(throws: AccountError.self) { try await library.sync.run() }
    }
}
