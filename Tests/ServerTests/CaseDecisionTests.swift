import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct CaseDecisionTests {
    /// A claim against a registered work.
    private struct Claimed {
        let artist: TestDevice
        let code: RightsCode
        let id: Int64

        init(_ server: TestServer, _ client: any TestClientProtocol) async throws {
            try server.addModerators()
            artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            code = try await TestDevice.claim(picture.copy(differingIn: 31), client)
            id = try #require(try server.core.cases.list().first).record.id
        }

        /// What the account writes.
        func write(
            _ act: String, _ client: any TestClientProtocol, _ text: String = "My words."
        ) async throws -> TestReply {
            try await artist.post("/v1/cases/\(id)/\(act)", CaseWords(text: text), client)
        }

        /// What the claimant writes.
        func claim(
            _ act: String, _ client: any TestClientProtocol, _ text: String = "Their words."
        ) async throws -> TestReply {
            try await TestDevice.ask(
                "/v1/rights/claims/\(code)/\(act)", CaseWords(text: text), client)
        }
    }

    // Goal: both sides talk with the moderators and read what is theirs, word for word.
    // Method: opened, asked, answered, decided, appealed, settled; each side's file at the end, and
    // the account's signed orders.
    @Test func bothSidesReadWhatIsTheirs() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            let (cases, id) = (server.core.cases, claimed.id)
            try cases.note(id, text: "Looks the same to me.", as: "rae")
            try cases.ask(id, .respondent, text: "Where is this from?", as: "rae")
            #expect(try await claimed.artist.cases(client)[0].waitsFor == .respondent)
            #expect(try await claimed.write("answers", client, "I drew it.").status == 200)
            #expect(try await claimed.claim("answers", client, "See my page.").status == 200)
            try cases.decide(id, TestServer.verdict(.suspend), as: "mia")
            #expect(try await claimed.write("answers", client).problem == .caseState)
            #expect(try await claimed.write("appeals", client, "I drew it!").status == 200)
            #expect(try await claimed.claim("appeals", client).problem == .caseState)
            try cases.settleAppeal(
                id, with: TestServer.verdict(.dismiss), text: "Mended.", as: "max")

            let mine = try #require(try await claimed.artist.cases(client).first)
            let theirs = try #require(try await TestDevice.status(claimed.code, client).cases.first)
            #expect(
                mine.letters.map { "\($0.from?.rawValue ?? "moderator"): \($0.text)" } == [
                    "claimant: I drew it.", "moderator: Where is this from?",
                    "respondent: I drew it.", "claimant: See my page.",
                    "moderator: To the respondent.", "respondent: I drew it!",
                    "moderator: To the respondent.",
                ])
            #expect(
                theirs.letters.map { "\($0.from?.rawValue ?? "moderator"): \($0.text)" } == [
                    "claimant: I drew it.", "respondent: I drew it.", "claimant: See my page.",
                    "moderator: To the claimant.", "respondent: I drew it!",
                    "moderator: To the claimant.",
                ])
            #expect(mine.state == .final && mine.distance == 31)
            #expect(mine.decision?.act == .dismiss && theirs.decision == mine.decision)
            #expect(!mine.canAnswer && !mine.canAppeal && !theirs.canWithdraw)
            var wallet = claimed.artist.wallet()
            let orders = try await claimed.artist.contact(&wallet, client).orders
            let texts = try orders.map {
                try JWS<Order>(verifying: $0, with: server.core.publicKey).payload
            }
            #expect(
                texts.map(\.kind) == [
                    .caseOpened, .caseLetter, .caseLetter, .suspend, .caseDecision, .reinstate,
                    .caseDecision,
                ])
            #expect(texts[1].text == "Where is this from?")
            #expect(texts[4].text.contains("atelier appeal \(id) TEXT"))
            #expect(
                try server.core.accounts.summary(of: claimed.artist.account).standing == "active")
        }
    }

    // Goal: nobody settles an appeal against their own decision, by the service or by SQL, and no
    // event is changed or deleted.
    // Method: the decider tries; the rows that a cheat would write are written by the database's
    // own program.
    @Test func noDeciderSettlesTheirOwnAppeal() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            let id = claimed.id
            try server.core.cases.decide(id, TestServer.verdict(.warn), as: "mia")
            #expect(try await claimed.write("appeals", client).status == 200)
            #expect(throws: ServerError.caseRefused(.ownDecision("mia"))) {
                try server.core.cases.settleAppeal(id, with: nil, text: "No.", as: "mia")
            }
            func row(_ actor: String, about: Int, _ aboutActor: String) -> String {
                """
                INSERT INTO case_event (case_id, number, time, kind, actor, code, words,
                    claimant_words, respondent_words, about, about_actor)
                VALUES (\(id), 4, 1, 'upheld', '\(actor)', '', '', '', '', \(about),
                    '\(aboutActor)')
                """
            }
            for cheat in [
                row("mia", about: 2, "mia"), row("mia", about: 2, "max"),
                row("mia", about: 1, "server"), row("mia", about: 3, "respondent"),
                "UPDATE case_event SET actor = 'max' WHERE case_id = \(id) AND number = 2",
                "DELETE FROM case_event WHERE case_id = \(id) AND number = 2",
            ] { #expect(throws: (any Error).self, "\(cheat)") { try server.write(cheat) } }
            #expect(try server.count("case_event") == 3)
            try server.core.cases.settleAppeal(id, with: nil, text: "It stays.", as: "max")
            #expect(try server.core.cases.dossier(id).state == .decided)
            #expect(try await claimed.write("appeals", client).problem == .caseState)
        }
    }

    // Goal: a role does what it may and no more, and a moderator who was removed nothing.
    @Test func rolesHold() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            let (cases, id) = (server.core.cases, claimed.id)
            let verdict = TestServer.verdict(.dismiss)
            for name in ["rae", "nobody", ""] {
                #expect(throws: ServerError.self) { try cases.decide(id, verdict, as: name) }
                #expect(throws: ServerError.self) { try cases.preview(id, verdict, as: name) }
                #expect(throws: ServerError.self) { try cases.undo(id, text: "t", as: name) }
            }
            #expect(throws: ServerError.notAllowed(name: "rae", needs: .moderator)) {
                try cases.decide(id, verdict, as: "rae")
            }
            try cases.note(id, text: "n", as: "rae")
            try server.core.moderators.remove("mia", actor: "test")
            #expect(throws: ServerError.self) { try cases.note(id, text: "n", as: "mia") }
            #expect(throws: ServerError.self) { try cases.decide(id, verdict, as: "mia") }
            try cases.decide(id, verdict, as: "ada")
            let other = try await TestDevice.joined(to: server, client)
            for target in ["/v1/cases/\(id)", "/v1/cases/\(id + 1)"] {
                #expect(try await other.send(.get, target, client).problem == .notFound)
            }
            #expect(try await other.cases(client).isEmpty)
        }
    }

    // Goal: a preview says what the decision then does, and changes nothing; an undone decision
    // restores what it took, once, and not what others took.
    @Test func undoRestores() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            let (cases, id, account) = (server.core.cases, claimed.id, claimed.artist.account)
            _ = try await claimed.artist.lentWallet(client)
            let verdict = TestServer.verdict(.suspend)
            let before = try server.database.contents
            let preview = try cases.preview(id, verdict, as: "mia")
            #expect(try server.database.contents == before)
            #expect(preview.leasedCredits == 2 && preview.account == account)
            var effect = try cases.decide(id, verdict, as: "mia")
            #expect(effect.order != nil)
            effect.order = nil
            #expect(effect == preview)
            #expect(throws: ServerError.caseRefused(.outOfTurn(.decided, decider: "mia"))) {
                try cases.decide(id, verdict, as: "max")
            }
            #expect(try server.core.accounts.summary(of: account).standing == "suspended")
            try cases.undo(id, text: "Sorry.", as: "max")
            #expect(try server.core.accounts.summary(of: account).standing == "active")
            #expect(throws: ServerError.self) { try cases.undo(id, text: "Again.", as: "max") }
            try cases.decide(id, verdict, as: "mia")
            try server.core.moderation.suspend(
                account, reason: "other", until: nil, message: "", actor: "ada")
            try cases.undo(id, text: "Sorry.", as: "mia")
            #expect(try server.core.accounts.summary(of: account).reason == "other")
        }
    }

    // Goal: an appeal comes in time or not at all.
    @Test func appealsEnd() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            try server.core.cases.decide(claimed.id, TestServer.verdict(.warn), as: "mia")
            server.advance(by: RightsLimits.appealTime + .milliseconds(1))
            #expect(try await claimed.artist.cases(client)[0].canAppeal == false)
            #expect(try await claimed.write("appeals", client).problem == .caseState)
            server.advance(by: .milliseconds(-1))
            #expect(try await claimed.write("appeals", client).status == 200)
        }
    }

    // Goal: a side cannot fill a case, and what it writes leaves room for the others.
    @Test func lettersAreBounded() async throws {
        var policy = ServerPolicy()
        policy.claimLettersPerDay = 1000
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            for _ in 1...50 {
                #expect(try await claimed.write("answers", client).status == 200)
            }
            #expect(try await claimed.write("answers", client).problem == .limitReached)
            // The opening counts for the claimant.
            for _ in 1...49 {
                #expect(try await claimed.claim("answers", client).status == 200)
            }
            #expect(try await claimed.claim("answers", client).problem == .limitReached)
            for _ in 1...90 { try server.core.cases.note(claimed.id, text: "n", as: "mia") }
            #expect(throws: ServerError.self) {
                try server.core.cases.note(claimed.id, text: "n", as: "mia")
            }
            #expect(try await claimed.artist.cases(client)[0].letters.count == 100)
        }
    }

    // Goal: of two moderators who decide one case at the same moment one does, and nothing is done
    // twice.
    // Method: ten cases, two instances of the server, both moderators at once.
    @Test func oneOfTwoDecides() async throws {
        let server = try TestServer()
        try await server.run { client in
            let claimed = try await Claimed(server, client)
            let beside = try server.beside(ahead: .zero)
            for round in 0..<10 {
                let verdict = TestServer.verdict(.warn)
                let done = await withTaskGroup(of: Bool.self) { group in
                    for (core, name) in [(server.core, "mia"), (beside.core, "max")] {
                        group.addTask { @concurrent in
                            (try? core.cases.decide(claimed.id, verdict, as: name)) != nil
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(done == 1, "round \(round)")
                try server.core.cases.undo(claimed.id, text: "Again.", as: "ada")
            }
            let events = try server.core.cases.dossier(claimed.id).events
            #expect(events.count { $0.kind == .decided } == 10)
        }
    }
}
