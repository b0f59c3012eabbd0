import AtelierProtocol
import AtelierServer
import CreditLedger
import Fingerprints
import Foundation
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// What somebody does who wants to harm an artist by claims, and what it costs the artist.
@Suite(.onBothDatabases)
struct ClaimFloodTests {
    private static var policy: ServerPolicy {
        var policy = ServerPolicy()
        policy.claimsPerDay = 1000
        policy.claimLettersPerDay = 1000
        policy.guestRequestsPerMinute = 10_000
        return policy
    }

    // Goal: whoever writes and writes in a case does not fill the other side's ledger.
    @Test func manyAnswersAreOneLetter() async throws {
        let server = try TestServer(policy: Self.policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let code = try await TestDevice.claim(picture, client)
            let target = "/v1/rights/claims/\(code)/answers"
            func write() async throws {
                let reply = try await TestDevice.ask(target, CaseWords(text: "Mine!"), client)
                #expect(reply.status == 200)
            }
            for _ in 1...10 { try await write() }
            #expect(try server.count("case_letter") == 2)
            let answer = try await artist.post(
                "/v1/cases/1/answers", CaseWords(text: "No."), client)
            #expect(answer.status == 200)
            for _ in 1...10 { try await write() }
            #expect(try server.count("case_letter") == 3)
            #expect(try await artist.cases(client)[0].letters.count == 22)
        }
    }

    // Goal: letters never stop an account's contact, nor what operators order; they wait.
    // Method: hundreds of letters wait; contacts go on, on the same day and the next.
    @Test func lettersWaitForRoom() async throws {
        let server = try TestServer(policy: Self.policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let account = server.database.literal(artist.account.bytes)
            for number in 1...200 {
                try server.write(
                    """
                    INSERT INTO case_letter (account, case_id, kind, code, words, time)
                    VALUES (\(account), \(number), 'letter', 'answered', 'x', 1)
                    """)
            }
            var wallet = artist.wallet()
            func delivered() throws -> Int { try server.count("case_letter WHERE serial > 0") }
            for _ in 1...8 { _ = try await artist.contact(&wallet, client) }
            #expect(try delivered() == 64)
            server.advance(by: .seconds(86_401))
            for _ in 1...8 { _ = try await artist.contact(&wallet, client) }
            #expect(try delivered() == 128)
            try server.write("UPDATE ledger SET serial = 6000")
            server.advance(by: .seconds(86_401))
            try server.core.moderation.grant(
                artist.account, credits: 1, reason: "gift", actor: "test")
            #expect(try delivered() == 128)
        }
    }

    // Goal: what is quiet is not heard of, read or answered, before a moderator asks.
    @Test func quietClaimsAreQuiet() async throws {
        let server = try TestServer(policy: Self.policy)
        try server.addModerators()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            var last: RightsCode?
            for bits in 1...9 {
                last = try await TestDevice.claim(picture.copy(differingIn: bits), client)
            }
            let code = try #require(last)
            let letters = try server.count("case_letter")
            #expect(try await artist.cases(client).map(\.number) == Array(1...8))
            let target = "/v1/rights/claims/\(code)/answers"
            let reply = try await TestDevice.ask(target, CaseWords(text: "Mine!"), client)
            #expect(reply.status == 200)
            #expect(try server.count("case_letter") == letters)
            #expect(try await artist.send(.get, "/v1/cases/9", client).problem == .notFound)
            let answer = try await artist.post(
                "/v1/cases/9/answers", CaseWords(text: "No."), client)
            #expect(answer.problem == .notFound)
            try server.core.cases.ask(9, .respondent, text: "Is this yours?", as: "rae")
            #expect(try server.count("case_letter") == letters + 1)
            #expect(try await artist.cases(client).map(\.number) == Array(1...9))
            #expect(try server.core.cases.dossier(9).record.isQuiet == false)
        }
    }

    // Goal: what a claimant writes is counted for the address and for the claim.
    @Test func writingIsCounted() async throws {
        var policy = Self.policy
        policy.claimLettersPerDay = 3
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let code = try await TestDevice.claim(try TestPicture(seed: 1), client)
            var statuses: [Int] = []
            for _ in 1...4 {
                statuses.append(
                    try await TestDevice.ask(
                        "/v1/rights/claims/\(code)/answers", CaseWords(text: "x"), client
                    ).status)
            }
            #expect(statuses == [200, 200, 200, 429])
        }
    }

    // Goal: a reply with an account's cases stays small, and the list goes on after it.
    @Test func listsAreBounded() async throws {
        let server = try TestServer(policy: Self.policy)
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let long = String(repeating: "x", count: RightsLimits.textBytes)
            for seed in UInt64(1)...6 {
                _ = try await artist.register(try TestPicture(seed: seed), client, "w\(seed)")
                let code = try await TestDevice.claim(try TestPicture(seed: seed), client)
                for _ in 1...45 {
                    let target = "/v1/rights/claims/\(code)/answers"
                    _ = try await TestDevice.ask(target, CaseWords(text: long), client)
                }
            }
            let reply = try await artist.send(.get, "/v1/cases", client)
            let first = try reply.decode(CaseList.self).cases.map(\.number)
            #expect(reply.body.count < 400_000 && first == [1, 2])
            let rest = try await artist.send(.get, "/v1/cases?after=2", client)
            #expect(try rest.decode(CaseList.self).cases.map(\.number) == [3, 4])
            let end = try await artist.send(.get, "/v1/cases?after=6", client)
            #expect(try end.decode(CaseList.self).cases.isEmpty)
        }
    }

    // Goal: no words that a reader does not see as they are: on both databases the same.
    @Test(arguments: ["\u{0}x", "\u{1}", "\u{1B}[2Jx", "\u{202E}x", "\u{200B}", "\u{2800}", " \n"])
    func wordsAreReadable(_ text: String) async throws {
        let server = try TestServer(policy: Self.policy)
        try server.addModerators()
        try await server.run { client in
            let code = try await TestDevice.claim(try TestPicture(seed: 1), client)
            let reply = try await TestDevice.ask(
                "/v1/rights/claims/\(code)/answers", CaseWords(text: text), client)
            #expect(reply.problem == .malformed)
            let claim = ClaimRequest(
                reading: try TestPicture(seed: 2).reading, statement: "s", contact: "c",
                links: [text])
            #expect(
                try await TestDevice.ask("/v1/rights/claims", claim, client).problem == .malformed)
            #expect(throws: ServerError.self) {
                try server.core.cases.note(1, text: text, as: "rae")
            }
        }
    }
}

/// What accounts, moderators and restored servers may do to rights.
@Suite(.onBothDatabases)
struct RightsAbuseTests {
    // Goal: whoever registers and reserves somebody else's picture first is taken off the list.
    // Method: in the case of the two registrations; by number, with words; not again while
    // suspended.
    @Test func aThiefsReservationEnds() async throws {
        try await TestServer.moderated { server, client in
            let thief = try await TestDevice.joined(to: server, client)
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let stolen = try await thief.register(picture, client)
            #expect(try await thief.reserve([stolen], client).map(\.state) == [.confirmed])
            server.advance(by: .seconds(1))
            _ = try await artist.register(picture, client, "the true one")
            let record = try #require(try server.core.cases.list().first).record
            #expect(record.claimant?.account == thief.account)
            let verdict = TestServer.verdict(.refuseReservation, .claimant)
            try server.core.cases.decide(record.id, verdict, as: "mia")
            #expect(try await artist.list(client).entries.allSatisfy { !$0.isInForce })
            try server.core.cases.undo(record.id, text: "Wait.", as: "mia")
            #expect(try await artist.list(client).entries.contains(where: \.isInForce))

            let reservations = server.core.reservations
            #expect(throws: ServerError.self) {
                try reservations.decide([1], confirming: false, text: "", as: "mia")
            }
            try reservations.decide([1], confirming: false, text: "Not yours.", as: "mia")
            #expect(try await artist.list(client).entries.allSatisfy { !$0.isInForce })
            let second = try await thief.register(try TestPicture(seed: 2), client, "second")
            _ = try server.core.moderation.suspend(
                thief.account, reason: "theft", until: nil, message: "", actor: "test")
            let request = ReservationRequest(
                account: thief.account, device: thief.device, act: .reserve, works: [second],
                time: server.now)
            let submission = ReservationSubmission(
                request: try JWS(signing: request, with: thief.key).compact)
            let reply = try await thief.post("/v1/reservations", submission, client)
            #expect(reply.problem == .suspended)
        }
    }

    // Goal: what a moderator refused does not come back by another copy of the file; what its owner
    // has ended is not put in force by a decision.
    @Test func refusedAndEndedStaySo() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let work = try await artist.register(picture, client)
            _ = try await artist.reserve([work], client)
            let text = ContestRequest(text: "It is everybody's.")
            let contest = try await other.post("/v1/reservations/1/contests", text, client)
            let id = try contest.decode(CaseNumber.self).number
            try server.core.cases.decide(id, TestServer.verdict(.refuseReservation), as: "mia")
            let copy = try await artist.register(picture.copy(differingIn: 1), client, "copy")
            #expect(try await artist.reserve([copy], client).map(\.state) == [.pending])
            try server.core.cases.undo(id, text: "Wait.", as: "mia")
            _ = try await artist.reserve([work], client, .withdraw)
            #expect(throws: ServerError.self) {
                try server.core.cases.decide(
                    id, TestServer.verdict(.confirmReservation), as: "mia")
            }
            #expect(try await other.list(client).entries.allSatisfy { !$0.isInForce })
        }
    }

    // Goal: of two cases that suspend one account each is undone for itself.
    @Test func casesLiftTheirOwn() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            for seed in UInt64(1)...2 {
                _ = try await artist.register(try TestPicture(seed: seed), client, "w\(seed)")
                _ = try await TestDevice.claim(try TestPicture(seed: seed), client)
                try server.core.cases.decide(
                    Int64(seed), TestServer.verdict(.suspend), as: "mia")
            }
            func standing() throws -> String {
                try server.core.accounts.summary(of: artist.account).standing
            }
            try server.core.cases.undo(1, text: "Sorry.", as: "mia")
            #expect(try standing() == "suspended")
            try server.core.cases.decide(1, TestServer.verdict(.suspend), as: "mia")
            try server.core.cases.undo(1, text: "Sorry.", as: "mia")
            #expect(try standing() == "suspended")
            try server.core.cases.undo(2, text: "Sorry.", as: "mia")
            #expect(try standing() == "active")
        }
    }

    // Goal: a case's suspension neither shortens nor, undone, ends one that was there before.
    @Test func anOlderSuspensionStays() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            _ = try await TestDevice.claim(picture, client)
            func summary() throws -> AccountSummary {
                try server.core.accounts.summary(of: artist.account)
            }
            _ = try server.core.moderation.suspend(
                artist.account, reason: "fraud", until: nil, message: "", actor: "test")
            let verdict = CaseVerdict(
                act: .suspend, code: "not-own-work", text: "A day.",
                until: server.now + .seconds(86_400))
            let effect = try server.core.cases.decide(1, verdict, as: "mia")
            #expect(effect.suspensionBefore?.reason == "fraud")
            #expect(try summary().standing == "suspended" && summary().until == nil)
            try server.core.cases.undo(1, text: "Sorry.", as: "mia")
            #expect(try summary().standing == "suspended" && summary().reason == "fraud")
        }
    }

    // Goal: no moderator has a side's name, or two names that read as one.
    @Test(arguments: [
        "claimant", "Respondent", "server", "operator ada", "Mia", "MIA", "mia ", " mia",
        "m\u{200B}ia\u{1}",
        "ｍｉａ", "mia\u{202E}",
    ])
    func namesAreOnePersons(_ name: String) throws {
        let server = try TestServer()
        try server.addModerators()
        #expect(throws: ServerError.self) {
            try server.core.moderators.add(name, role: .moderator, actor: "test")
        }
        _ = try server.core.moderators.add("mia", role: .reviewer, actor: "test")
        #expect(try server.core.moderators.list().count == 4)
    }

    // Goal: no moderator's act is dated by a clock that cannot be right.
    @Test func wrongClocksDecideNothing() async throws {
        try await TestServer.moderated { server, client in
            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            try server.core.time.check()
            for days in [-40, 440] {
                server.advance(by: .seconds(days * 86_400))
                #expect(throws: ServerError.self) {
                    try server.core.cases.decide(1, TestServer.verdict(.dismiss), as: "mia")
                }
            }
            server.advance(by: .seconds(-400 * 86_400))
            try server.core.cases.decide(1, TestServer.verdict(.dismiss), as: "mia")
        }
    }
}

/// What only one of the two databases, or a file, is asked.
struct RightsStorageTests {
    // Goal: SQLite's REPLACE does not go round what keeps events and the audit log.
    @Test func replacingIsRefused() async throws {
        try await TestServer.moderated { server, client in
            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            try server.core.cases.decide(1, TestServer.verdict(.dismiss), as: "mia")
            for table in ["case_event", "audit"] {
                #expect(throws: (any Error).self) {
                    try server.write("INSERT OR REPLACE INTO \(table) SELECT * FROM \(table)")
                }
            }
            #expect(try server.core.audit.verify().holds)
        }
    }

    // Goal: evidence with something before, behind or beside what was signed is not sound, and none
    // of it ends the program.
    @Test func tamperedEvidenceIsFound() async throws {
        try await TestServer.moderated { server, client in
            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            let file = server.folder.url.appendingPathComponent("case.tar")
            _ = try server.core.evidence.export(1, to: file, as: "mia")
            #expect(try server.core.evidence.verify(file).isSound)
            let whole = try Data(contentsOf: file)
            let first = try #require(whole.range(of: Data(#""first":"#.utf8)))
            let key = try #require(
                whole.range(of: Data("\(server.core.publicKey)".utf8), options: .backwards))
            var (number, forged) = (whole, whole)
            number[first.upperBound] = UInt8(ascii: "-")
            forged[key.lowerBound] ^= 1
            for (index, bytes) in [number, forged, whole + whole, whole + Data([1])].enumerated() {
                let changed = server.folder.url.appendingPathComponent("changed\(index).tar")
                try bytes.write(to: changed)
                let report = try? server.core.evidence.verify(changed)
                #expect(report?.isSound != true, "\(index)")
            }
        }
    }

    // Goal: what was withheld after the backup can be seen, appealed against and undone after the
    // restore, and its number is nobody else's.
    @Test func aLostCaseComesBack() async throws {
        let server = try TestServer()
        try server.addModerators()
        let artist = TestDevice(of: server)
        let picture = try TestPicture(seed: 1)
        let (wallet, backup) = try await server.run { client in
            _ = try await artist.join(client)
            let work = try await artist.register(picture, client)
            try await artist.push(artist.segment(1), client)
            let backup = try server.backup("backup.sqlite")
            let second = artist.segment(2, after: Digest(of: artist.segment(1)).bytes)
            try await artist.push(second, client)
            _ = try await TestDevice.claim(picture, client)
            try server.core.cases.decide(1, TestServer.verdict(.withholdWork), as: "mia")
            #expect(try server.count("withholding") == 1 && work == Digest(of: "swan"))
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            return (wallet, backup)
        }
        let restored = try server.restored(from: backup)
        try await restored.run { client in
            var wallet = wallet
            for _ in 0..<4 { _ = try await artist.contact(&wallet, client) }
            #expect(try restored.count("withholding") == 1)
            let record = try restored.core.cases.dossier(1).record
            #expect(record.kind == .restored && record.respondent?.account == artist.account)
            let file = try #require(try await artist.cases(client).first)
            #expect(file.number == 1 && file.canAppeal && file.decision?.act == .withholdWork)
            _ = try await TestDevice.claim(picture, client)
            #expect(try #require(try restored.core.cases.list().last).record.id > 100_000)
            try restored.core.cases.undo(1, text: "Over.", as: "max")
            #expect(try restored.count("withholding") == 0)
        }
        let report = try Doctor(folder: restored.folder.url, now: restored.now).examine()
        #expect(report.checks.first { $0.name == "cases" }?.findings == [])
    }
}

/// Two accounts, or one side, who use the rules against others.
@Suite(.onBothDatabases)
struct RightsCollusionTests {
    private static func register(
        _ device: TestDevice, _ names: [String], _ pictures: [TestPicture],
        _ client: any TestClientProtocol
    ) async throws {
        let works = try zip(names, pictures).map { name, picture in
            try device.registration(
                Digest(of: name), pixels: Digest(of: "pixels of \(name)"),
                reading: picture.reading)
        }
        let reply = try await device.post(
            RegistrationRequest.target, RegistrationRequest(works: works), client)
        try #require(reply.status == 200)
    }

    // Goal: an account that registers one picture many times makes neither many cases nor many
    // letters, and hides nobody else's work behind its own.
    // Method: 400 works of one fingerprint; a second account registers three near to it and near to
    // an artist's, which is further away; a claim near to all of them.
    @Test func manyCopiesAreFewCases() async throws {
        let server = try TestServer()
        try await server.run { client in
            let picture = try TestPicture(seed: 1)
            let (artist, thief) = (
                try await TestDevice.joined(to: server, client),
                try await TestDevice.joined(to: server, client)
            )
            let other = try await TestDevice.joined(to: server, client)
            try await Self.register(artist, ["true"], [picture.copy(differingIn: 20)], client)
            for start in stride(from: 0, to: 400, by: 50) {
                try await Self.register(
                    thief, (start..<start + 50).map { "copy \($0)" },
                    Array(repeating: try picture.copy(differingIn: 10), count: 50), client)
            }
            #expect(try server.count("moderation_case") == 8)
            try await Self.register(
                other, ["a"], [picture.copy(differingIn: 9)], client)
            #expect(try server.count("moderation_case") == 10)
            let sides = try server.core.cases.list(CaseFilter(account: other.account))
                .compactMap(\.record.claimant?.account)
            #expect(Set(sides) == [artist.account, thief.account])
            let code = try await TestDevice.claim(picture, client)
            #expect(try await TestDevice.status(code, client).cases.count == 3)
            #expect(try server.count("case_letter") < 30)
        }
    }

    // Goal: who won cannot take the other side's appeal away: not by appealing and withdrawing, nor
    // by having an appeal of their own upheld.
    @Test func theOtherSidesAppealStays() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            for (index, ending) in ["withdrawal", "upheld"].enumerated() {
                let picture = try TestPicture(seed: UInt64(index + 1))
                _ = try await artist.register(picture, client, "work \(index)")
                let code = try await TestDevice.claim(picture, client)
                let id = Int64(index + 1)
                try server.core.cases.decide(id, TestServer.verdict(.withholdWork), as: "mia")
                let words = CaseWords(text: "More!", number: id)
                let target = "/v1/rights/claims/\(code)"
                #expect(
                    try await TestDevice.ask("\(target)/appeals", words, client).status == 200)
                if ending == "withdrawal" {
                    _ = try await TestDevice.ask("\(target)/withdrawal", words, client)
                } else {
                    try server.core.cases.settleAppeal(id, with: nil, text: "No.", as: "max")
                }
                #expect(
                    try await TestDevice.ask("\(target)/appeals", words, client).problem
                        == .caseState)
                let appeal = try await artist.post(
                    "/v1/cases/\(id)/appeals", CaseWords(text: "Mine."), client)
                #expect(appeal.status == 200, "\(ending)")
                try server.core.cases.settleAppeal(
                    id, with: TestServer.verdict(.dismiss), text: "Yes.", as: "max")
            }
            #expect(try server.count("withholding") == 0)
        }
    }
}
