import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import SignedObjects
import TestSupport
import Testing

/// What people without an account read and write in cases, by their codes.
@Suite(.onBothDatabases)
struct HolderVoiceTests {
    // Goal: who reserved without an account reads a case about it, answers, is asked, hears the
    // decision and appeals, as a claimant does.
    @Test func aHolderIsHeard() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let code = try await TestDevice.hold([picture.copy(differingIn: 4)], client)
            var file = try #require(try await TestDevice.held(code, client).cases.first)
            #expect(file.side == .claimant && file.kind == .match && file.canAnswer)
            #expect(file.canWithdraw && file.distance == nil)
            try server.core.cases.ask(file.number, .claimant, text: "Where is it?", as: "rae")
            let target = "/v1/rights/reservations/\(code)"
            let answered = try await TestDevice.ask(
                "\(target)/answers", CaseWords(text: "In my book of 2019."), client)
            file = try #require(answered.decode(HolderReservations.self).cases.first)
            #expect(file.letters.map(\.kind) == [.question, .answer] && file.state == .open)
            #expect(
                try await artist.cases(client)[0].letters.map(\.text) == ["In my book of 2019."])
            let early = try await TestDevice.ask("\(target)/appeals", CaseWords(text: "x"), client)
            #expect(early.problem == .caseState)
            try server.core.cases.decide(file.number, TestServer.verdict(.dismiss), as: "mia")
            file = try #require(try await TestDevice.held(code, client).cases.first)
            #expect(file.letters.last?.text == "To the claimant." && file.canAppeal)
            let appealed = try await TestDevice.ask(
                "\(target)/appeals", CaseWords(text: "Look at page 3."), client)
            #expect(try appealed.decode(HolderReservations.self).cases[0].state == .appealed)
            let other = try await TestDevice.hold([TestPicture(seed: 9)], client)
            let silent = try await TestDevice.ask(
                "/v1/rights/reservations/\(other)/answers", CaseWords(text: "x", number: 1), client)
            #expect(silent.problem == .notFound)
        }
    }

    // Goal: a holder who takes everything back ends what is not decided, also where an account
    // contests the reservation; with words, and with an empty body.
    @Test(arguments: [true, false])
    func aHoldersWithdrawalEndsCases(isEmpty: Bool) async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let code = try await TestDevice.hold([picture, TestPicture(seed: 2)], client)
            try server.core.reservations.decide([2], confirming: true, text: "", as: "mia")
            let contest = try await artist.post(
                "/v1/reservations/2/contests", ContestRequest(text: "No."), client)
            #expect(contest.status == 201)
            #expect(
                try await TestDevice.held(code, client).cases.map(\.canWithdraw) == [true, true])
            let target = "/v1/rights/reservations/\(code)/withdrawal"
            let reply =
                isEmpty
                ? try await TestDevice.ask(.post, target, client)
                : try await TestDevice.ask(target, Withdrawal(text: "I sold it."), client)
            let left = try reply.decode(HolderReservations.self)
            #expect(left.entries.map(\.state) == [.withdrawn, .withdrawn])
            #expect(left.cases.map(\.state) == [.final, .final])
            #expect(try server.core.cases.list().isEmpty)
            #expect(
                try await artist.cases(client).map { $0.letters.last?.text }
                    == (isEmpty ? ["", ""] : ["I sold it.", "I sold it."]))
        }
    }

    // Goal: an account that ends its reservation ends the contest of it; who withdraws in the
    // contest as whose reservation it is ends the reservation.
    @Test(arguments: [true, false])
    func anEndedReservationEndsItsContest(isByCase: Bool) async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let other = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await artist.reserve([work], client)
            _ = try await other.post(
                "/v1/reservations/1/contests", ContestRequest(text: "No."), client)
            if isByCase {
                let reply = try await artist.post(
                    "/v1/cases/1/withdrawal", CaseWords(text: "Have it."), client)
                #expect(try reply.decode(CaseFile.self).state == .final)
            } else {
                _ = try await artist.reserve([work], client, .withdraw)
            }
            #expect(try await other.cases(client).map(\.state) == [.final])
            #expect(try await other.list(client).entries.isEmpty)
        }
    }

    // Goal: nobody stands against themselves: a claim and a reservation with one contact make no
    // case; with another contact they do.
    @Test func onePersonIsNoCase() async throws {
        try await TestServer.moderated { server, client in
            let picture = try TestPicture(seed: 1)
            _ = try await TestDevice.hold([picture], client, contact: " Ada@example.org ")
            let own = try await TestDevice.claim(picture, client)
            #expect(try await TestDevice.status(own, client).cases.map(\.distance) == [nil])
            #expect(try server.core.cases.list().map(\.record.respondent?.kind) == [nil])
            _ = try await TestDevice.hold([picture], client, contact: "bo@example.org")
            let kinds = try server.core.cases.list().map(\.record.respondent?.kind)
            #expect(kinds == [nil, .reservation])
        }
    }

    // Goal: a question is refused where nobody would read it.
    @Test func nobodyIsAskedInVain() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            _ = try await TestDevice.claim(try TestPicture(seed: 2), client)
            #expect(throws: ServerError.caseRefused(.noSuchSide(.respondent))) {
                try server.core.cases.ask(2, .respondent, text: "Is it?", as: "mia")
            }
            _ = try server.core.accounts.purge(artist.account, reason: "asked", actor: "t")
            #expect(throws: ServerError.self) {
                try server.core.cases.ask(1, .respondent, text: "Is it?", as: "mia")
            }
            #expect(try server.core.cases.dossier(1).state == .open)
        }
    }

    // Goal: one answer reaches all cases of a claim, and one by number that case alone; case
    // numbers follow each other, whatever is compared again.
    @Test func oneAnswerForAllCases() async throws {
        try await TestServer.moderated { server, client in
            let picture = try TestPicture(seed: 1)
            for _ in 1...2 {
                let artist = try await TestDevice.joined(to: server, client)
                let work = try await artist.register(picture, client)
                _ = try await artist.reserve([work], client)
            }
            let code = try await TestDevice.claim(picture, client)
            let numbers = try await TestDevice.status(code, client).cases.map(\.number)
            #expect(numbers == [2, 3])
            let target = "/v1/rights/claims/\(code)/answers"
            for (words, counts) in [
                (CaseWords(text: "Mine."), [2, 2]), (CaseWords(text: "This.", number: 3), [2, 3]),
            ] {
                let reply = try await TestDevice.ask(target, words, client)
                #expect(reply.status == 200)
                let status = try await TestDevice.status(code, client)
                #expect(status.cases.map(\.letters.count) == counts)
            }
            let after = try await TestDevice.ask(
                .get, "/v1/rights/claims/\(code)?after=2", client)
            #expect(try after.decode(ClaimStatus.self).cases.map(\.number) == [3])
        }
    }
}

/// What is told of a body that is not what a route takes, and of a code.
struct GuestBodyTests {
    // Goal: who sends something wrong reads which member it is and what is wanted.
    @Test func faultsNameTheMember() async throws {
        let server = try TestServer()
        let text = #""statement":"mine","contact":"a@b.example""#
        try await server.run { client in
            for (body, words) in [
                ("", "it is not JSON"), ("[1]", "it needs an object"),
                (Self.claim(#""quality":90"#, #""statement":"mine""#), "contact is missing"),
                (Self.claim(#""quality":101"#, text), "reading.variants: needs eight hashes"),
                (Self.claim(#""quality":"x""#, text), "reading.quality needs a whole number"),
                (
                    Self.claim(#""quality":90"#, #""statement":" ","contact":"a""#),
                    "statement: a text of 1"
                ),
                (Self.claim(#""quality":90"#, text + #","links":[7]"#), "links[0] needs a text"),
                (
                    Self.claim(#""quality":90"#, text + #","links":null"#),
                    "What has no value is left"
                ),
            ] {
                let reply = try await TestDevice.ask(
                    .post, "/v1/rights/claims", client, body: Array(body.utf8))
                #expect(reply.problem == .malformed)
                let problem = String(decoding: reply.body, as: UTF8.self)
                #expect(problem.contains(words), "\(problem)")
            }
            let known = try await TestDevice.ask(
                .post, "/v1/rights/claims", client,
                body: Array(Self.claim(#""quality":90"#, text).utf8))
            #expect(known.status == 201)
            let reply = try known.decode(RightsCodeReply.self)
            #expect(reply.path == "/v1/rights/claims/\(reply.code)")
            #expect(reply.text.contains("shown once"))
        }
    }

    private static func claim(_ reading: String, _ rest: String) -> String {
        let hash = String(repeating: "0", count: 64)
        let hashes = [String](repeating: "\"\(hash)\"", count: 8).joined(separator: ",")
        return #"{"reading":{"variants":[\#(hashes)],\#(reading)},\#(rest)}"#
    }

    // Goal: eight pictures that are sent as one count as eight.
    @Test func unrelatedHashesCountEight() async throws {
        var policy = ServerPolicy()
        policy.inquiriesPerDay = 9
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let mixed = InquiryRequest(reading: try TestPicture(ofUnrelated: 1..<9).reading)
            let plain = InquiryRequest(reading: try TestPicture(seed: 1).reading)
            var statuses: [Int] = []
            for inquiry in [mixed, plain, plain] {
                statuses.append(
                    try await TestDevice.ask("/v1/rights/inquiries", inquiry, client).status)
            }
            #expect(statuses == [200, 200, 429])
        }
    }

    // Goal: nobody multiplies what they may send by the networks of a household or a company.
    // Method: requests for reservations from many networks of 64 bits in one of 56, and in one of
    // 48, until no more are taken; one from elsewhere is.
    @Test func widerNetworksAreCounted() async throws {
        var policy = ServerPolicy()
        policy.inquiriesPerDay = 2
        policy.trustedProxies = TrustedProxies(
            try ["127.0.0.1", "::1"].map { try #require(NetworkRange($0)) })
        let server = try TestServer(policy: policy)
        try await server.runLive { client in
            let name = try #require(HTTPField.Name("X-Forwarded-For"))
            let body = [UInt8](
                try CanonicalJSON.encoder.encode(
                    InquiryRequest(reading: try TestPicture(seed: 1).reading)))
            func taken(from address: String) async throws -> Bool {
                let response = try await client.execute(
                    uri: "/v1/rights/inquiries", method: .post, headers: [name: address],
                    body: ByteBuffer(bytes: body))
                return response.status == .ok
            }
            var (household, company) = (0, 0)
            for place in 0..<16 where try await taken(from: "2001:db8:0:1\(hex(place))::1") {
                household += 1
            }
            #expect(household == 8)
            for place in 0..<64 where try await taken(from: "2001:db8:0:\(hex(place))00::1") {
                company += 1
            }
            #expect(company == 32 - household)
            #expect(try await taken(from: "2001:db8:1::1"))
            #expect(try await taken(from: "192.0.2.1"))
        }
    }

    private func hex(_ place: Int) -> String {
        (place < 16 ? "0" : "") + String(place, radix: 16)
    }
}
