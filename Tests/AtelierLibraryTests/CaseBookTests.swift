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
