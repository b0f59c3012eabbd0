import AtelierProtocol
import AtelierServer
import CreditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// Reservations and the cases and suspensions that they hang on.
@Suite(.onBothDatabases)
struct ReservationCaseTests {
    // Goal: a moderator who confirms a reservation sees the cases about it, also those of the work
    // that it stands for, and does not shut an artist out by mistake.
    // Method: two accounts register one picture; the case goes on, is decided against the first,
    // and given back on appeal; at each step the second's reservation is confirmed by number.
    @Test func casesStandInTheWay() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client, "own")
            server.advance(by: .seconds(1))
            let copy = try await other.register(picture, client, "copy")
            #expect(try await other.reserve([copy], client).map(\.state) == [.pending])
            let reservations = server.core.reservations
            func confirm(_ despite: Set<Int64> = []) throws {
                try reservations.decide(
                    [1], confirming: true, text: "", despite: despite, as: "mia")
            }
            func line() throws -> String? { try reservations.list().cases[1]?.first?.line }
            #expect(try line() == "case 1, open")
            #expect(throws: ServerError.self) { try confirm() }
            try server.core.cases.decide(
                1, TestServer.verdict(.withholdWork, .claimant), as: "mia")
            #expect(try line() == "case 1, decided: withhold-work")
            let appeal = try await artist.post(
                "/v1/cases/1/appeals", CaseWords(text: "No!"), client)
            #expect(appeal.status == 200)
            #expect(throws: ServerError.self) { try confirm() }
            let settled = try server.core.cases.settleAppeal(
                1, with: TestServer.verdict(.dismiss), text: "We were wrong.", as: "max")
            #expect(settled.lifted == .withholdWork && settled.liftedEffect?.work != nil)
            #expect(try line() == "case 1, final: dismiss")
            #expect(try server.core.cases.dossier(1).acts.isEmpty)
            let error = #expect(throws: ServerError.self) { try confirm([2]) }
            #expect(error?.description.contains("--despite-case 1") == true)
            try confirm([1])
            #expect(try await artist.list(client).entries.map(\.number) == [1])
        }
    }

    // Goal: what was decided for a reservation does not stand in its way.
    @Test func decidedForIt() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await TestDevice.hold([TestPicture(seed: 1)], client)
            #expect(throws: ServerError.self) {
                try server.core.reservations.decide([1], confirming: true, text: "", as: "mia")
            }
            try server.core.cases.decide(1, TestServer.verdict(.withholdWork), as: "mia")
            try server.core.reservations.decide([1], confirming: true, text: "", as: "mia")
            #expect(try server.core.reservations.list(.confirmed).reservations.count == 1)
        }
    }

    // Goal: a suspended account's reservations stop nobody, however the suspension ends: lifted, by
    // its case undone, or by itself.
    @Test func aSuspensionTakesThemOff() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let reader = try await TestDevice.joined(to: server, client)
            var works: [Digest] = []
            for seed in UInt64(1)...3 {
                works.append(
                    try await artist.register(try TestPicture(seed: seed), client, "\(seed)"))
            }
            _ = try await artist.reserve(works, client)
            func inForce() async throws -> [Int64] {
                try await reader.list(client).entries.map(\.number)
            }
            let moderation = server.core.moderation
            #expect(try moderation.effectOfSuspending(artist.account).reservations == 3)
            #expect(try await inForce() == [1, 2, 3])
            func suspend(until: UnixTime? = nil) throws -> SuspensionEffect {
                try moderation.suspend(
                    artist.account, reason: "r", until: until, message: "", actor: "t")
            }
            #expect(try suspend().reservations == 3)
            #expect(try await inForce() == [])
            let change = try await reader.list(after: 3, client)
            #expect(change.entries.map(\.isInForce) == [false, false, false])
            #expect(change.head.last == 6)
            try moderation.reinstate(artist.account, message: "", actor: "t")
            #expect(try await inForce() == [1, 2, 3])

            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            let verdict = TestServer.verdict(.suspend)
            #expect(try server.core.cases.preview(1, verdict, as: "mia").reservations == 3)
            try server.core.cases.decide(1, verdict, as: "mia")
            #expect(try await inForce() == [])
            try server.core.cases.undo(1, text: "Sorry.", as: "mia")
            #expect(try await inForce() == [1, 2, 3])

            _ = try suspend(until: server.now + .seconds(3600))
            #expect(try await server.core.retention.releaseReservations() == 0)
            server.advance(by: .seconds(3601))
            #expect(try await inForce() == [])
            #expect(try await server.core.retention.releaseReservations() == 1)
            #expect(try await inForce() == [1, 2, 3])
        }
    }

    // Goal: what a moderator confirms while its account is suspended waits for the end of that.
    @Test func confirmedWhileSuspended() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let work = try await artist.register(picture, client)
            _ = try await artist.reserve([work], client)
            try server.core.reservations.decide([1], confirming: false, text: "No.", as: "mia")
            let copy = try await artist.register(picture.copy(differingIn: 1), client, "copy")
            #expect(try await artist.reserve([copy], client).map(\.state) == [.pending])
            _ = try server.core.moderation.suspend(
                artist.account, reason: "r", until: nil, message: "", actor: "t")
            try server.core.reservations.decide([2], confirming: true, text: "", as: "mia")
            #expect(try server.core.reservations.list(.confirmed).reservations[0].isHeld)
            let reader = try await TestDevice.joined(to: server, client)
            #expect(try await reader.list(client).entries.isEmpty)
            try server.core.moderation.reinstate(artist.account, message: "", actor: "t")
            #expect(try await reader.list(client).entries.map(\.number) == [2])
        }
    }

    // Goal: a claim that costs nothing does not keep an artist's reservation from coming into
    // force; one with something to show does, until it is dismissed or withdrawn.
    @Test func claimsInTheWay() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            func reserve(_ picture: TestPicture, _ name: String) async throws -> ReservationState? {
                let work = try await artist.register(picture, client, name)
                return try await artist.reserve([work], client)[0].state
            }
            func claim(_ picture: TestPicture, links: [String]) async throws -> RightsCode {
                let request = ClaimRequest(
                    reading: picture.reading, statement: "Mine.", contact: "c", links: links)
                return try await TestDevice.ask("/v1/rights/claims", request, client)
                    .decode(RightsCodeReply.self).code
            }
            _ = try await claim(TestPicture(seed: 1), links: [])
            #expect(try await reserve(TestPicture(seed: 1), "bare") == .confirmed)
            _ = try await claim(TestPicture(seed: 2), links: ["https://ada.example"])
            #expect(try await reserve(TestPicture(seed: 2), "shown") == .pending)
            let code = try await claim(TestPicture(seed: 3), links: ["https://ada.example"])
            _ = try await TestDevice.ask(
                .post, "/v1/rights/claims/\(code)/withdrawal", client)
            #expect(try await reserve(TestPicture(seed: 3), "withdrawn") == .confirmed)
            let work = try await artist.register(TestPicture(seed: 4), client, "dismissed")
            _ = try await claim(TestPicture(seed: 4), links: ["https://ada.example"])
            let last = try #require(try server.core.cases.list().last?.record.id)
            try server.core.cases.decide(last, TestServer.verdict(.dismiss), as: "mia")
            #expect(try await artist.reserve([work], client)[0].state == .confirmed)
        }
    }

    // Goal: a withdrawn registration takes its reservation with it, and the cases about that.
    @Test func withdrawnWorksReserveNothing() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await artist.reserve([work], client)
            _ = try await other.post(
                "/v1/reservations/1/contests", ContestRequest(text: "No."), client)
            let withdrawal = RegistrationWithdrawal(
                account: artist.account, device: artist.device, works: [work], models: [],
                time: server.now)
            let request = RegistrationRequest(
                withdrawals: [try JWS(signing: withdrawal, with: artist.key).compact])
            let reply = try await artist.post(RegistrationRequest.target, request, client)
            #expect(reply.status == 200)
            #expect(try await other.list(after: 1, client).entries.map(\.isInForce) == [false])
            #expect(try await other.cases(client).map(\.state) == [.final])
        }
    }

    // Goal: the words of a second contest are kept, or are refused in plain sight.
    @Test func aSecondContestIsHeard() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await artist.reserve([work], client)
            func contest(_ text: String) async throws -> TestReply {
                try await other.post(
                    "/v1/reservations/1/contests", ContestRequest(text: text), client)
            }
            for text in ["Mine.", "Mine.", "Look again.", "Look again."] {
                #expect(try await contest(text).decode(CaseNumber.self).number == 1)
            }
            #expect(
                try await other.cases(client)[0].letters.map(\.text) == ["Mine.", "Look again."])
            try server.core.cases.decide(1, TestServer.verdict(.dismiss), as: "mia")
            let late = try await contest("Still mine.")
            #expect(late.problem == .caseState)
            #expect(String(decoding: late.body, as: UTF8.self).contains("case 1"))
        }
    }

    // Goal: requests of people without an account do not fill the queue for good: they end after 90
    // days, unless their case goes on; a moderator refuses all of one holder at once.
    @Test func waitingRequestsEnd() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await artist.register(try TestPicture(seed: 1), client)
            let code = try await TestDevice.hold(
                [TestPicture(seed: 1), TestPicture(seed: 2)], client)
            server.advance(by: .seconds(90 * 86_400))
            let later = try await TestDevice.hold(
                [TestPicture(seed: 3), TestPicture(seed: 4)], client)
            #expect(try await server.core.retention.endWaiting() == 0)
            server.advance(by: .seconds(1))
            #expect(try await server.core.retention.endWaiting() == 1)
            let entries = try await TestDevice.held(code, client).entries
            #expect(entries.map(\.state) == [.pending, .refused])
            #expect(entries[1].text.contains("You can ask again"))
            let waiting = try server.core.reservations.waiting(ofHolder: 2)
            #expect(waiting == [3, 4])
            try server.core.reservations.decide(waiting, confirming: false, text: "", as: "mia")
            #expect(
                try await TestDevice.held(later, client).entries.map(\.state)
                    == [.refused, .refused])
            #expect(try server.core.audit.verify().holds)
        }
    }

    // Goal: one account does not fill the list that all share.
    // Method: its rows are written as they stand after that many reservations.
    @Test func anAccountsReservationsAreBounded() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let account = server.database.literal(artist.account.bytes)
            let zeros = server.database.literal([UInt8](repeating: 0, count: 32))
            try server.write(
                """
                INSERT INTO reservation (account, fingerprint, quality, state, requested, changed)
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
                SELECT \(account), \(zeros), 90, 'pending', 1, 1 FROM n
                """)
            let works = [
                try await artist.register(try TestPicture(seed: 1), client, "a"),
                try await artist.register(try TestPicture(seed: 2), client, "b"),
            ]
            let entries = try await artist.reserve(works, client)
            #expect(entries.map(\.state) == [.confirmed, nil])
            #expect(entries.map(\.refusal) == [nil, .accountFull])
        }
    }
}

/// What the database's own files hold of what was deleted.
struct ForgottenBytesTests {
    // Goal: nothing of a withdrawn claim, its contact and picture, nor of a purged account, is left
    // in the database's files.
    // Method: all files of the folder are searched while the server runs.
    @Test(arguments: ["withdrawal", "purge", "holder"])
    func nothingIsLeft(kind: String) async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let words = "forget-\(kind)@example.org"
            let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            var marks = [Array(words.utf8)]
            func isThere(_ mark: [UInt8]) throws -> Bool {
                let files = try FileManager.default.contentsOfDirectory(
                    at: server.folder.url, includingPropertiesForKeys: nil)
                return try files.contains { file in
                    guard !file.hasDirectoryPath else { return false }
                    return try Data(contentsOf: file).firstRange(of: mark) != nil
                }
            }
            switch kind {
            case "withdrawal":
                let request = ClaimRequest(
                    reading: try TestPicture(seed: 1).reading, statement: "s", contact: words,
                    links: [])
                let code = try await TestDevice.ask("/v1/rights/claims", request, client)
                    .decode(RightsCodeReply.self).code
                marks.append((0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ 0x5A) })
                let picture = png + [UInt8](repeating: 1, count: 20_000) + marks[1]
                let target = "/v1/rights/claims/\(code)"
                _ = try await TestDevice.ask(.put, "\(target)/picture", client, body: picture)
                for mark in marks { #expect(try isThere(mark)) }
                _ = try await TestDevice.ask(.post, "\(target)/withdrawal", client)
            case "holder":
                let code = try await TestDevice.hold(
                    [TestPicture(seed: 1)], client, contact: words)
                #expect(try isThere(marks[0]))
                _ = try await TestDevice.ask(
                    .post, "/v1/rights/reservations/\(code)/withdrawal", client)
            default:
                marks = [Array("the device called willow".utf8)]
                let second = try await artist.letIn("the device called willow", client)
                #expect(try isThere(marks[0]) && second.device != artist.device)
                _ = try server.core.accounts.purge(artist.account, reason: "r", actor: "t")
            }
            for mark in marks { #expect(try !isThere(mark)) }
        }
    }
}
