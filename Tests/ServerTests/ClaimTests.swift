import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct ClaimTests {
    // Goal: an inquiry says near or not, and nothing else; one with too little detail says that.
    @Test func inquiriesSayNearOrNot() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            for (asked, answer) in [
                (picture, InquiryReply.Match.near), (try picture.copy(differingIn: 31), .near),
                (try picture.copy(differingIn: 32), .none), (try TestPicture(seed: 2), .none),
                (try TestPicture(seed: 1, quality: 49), .tooLittleDetail),
            ] {
                let reply = try await TestDevice.ask(
                    "/v1/rights/inquiries", InquiryRequest(reading: asked.reading), client)
                #expect(try reply.decode(InquiryReply.self).match == answer)
                #expect(try reply.decode([String: String].self).keys.sorted() == ["match"])
            }
        }
    }

    // Goal: who asks often is stopped: nobody lists a server's works by inquiries or codes.
    @Test func enumerationIsStopped() async throws {
        var policy = ServerPolicy()
        policy.inquiriesPerDay = 5
        policy.claimsPerDay = 2
        policy.guestRequestsPerMinute = 20
        let server = try TestServer(policy: policy)
        try await server.run { client in
            let inquiry = InquiryRequest(reading: try TestPicture(seed: 1).reading)
            var statuses: [Int] = []
            for _ in 1...6 {
                statuses.append(
                    try await TestDevice.ask("/v1/rights/inquiries", inquiry, client).status)
            }
            #expect(statuses == [200, 200, 200, 200, 200, 429])
            let claim = ClaimRequest(
                reading: try TestPicture(seed: 1).reading, statement: "s", contact: "c", links: [])
            for status in [201, 201, 429] {
                #expect(
                    try await TestDevice.ask("/v1/rights/claims", claim, client).status == status)
            }
            #expect(try server.core.cases.list().count == 2)
            server.advance(by: .seconds(60))
            var problems: [Problem.Kind?] = []
            for number in UInt8(0)..<21 {
                let code = RightsCode(checked: [UInt8](repeating: number, count: 16))
                problems.append(
                    try await TestDevice.ask(.get, "/v1/rights/claims/\(code)", client).problem)
            }
            #expect(problems.dropLast().allSatisfy { $0 == .notFound })
            #expect(problems.last == .tooMany)
        }
    }

    // Goal: a claim with a match and one without get the same answer and the same kind of page; the
    // accused account hears of one, and of no name.
    @Test func claimsLookTheSame() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let near = try await TestDevice.claim(try picture.copy(differingIn: 5), client)
            let none = try await TestDevice.claim(try TestPicture(seed: 2), client)
            for code in [near, none] {
                let status = try await TestDevice.status(code, client)
                #expect(status.cases.map(\.state) == [.open] && !status.hasPicture)
                #expect(status.cases[0].letters.map(\.text) == ["I drew it."])
                #expect(status.cases[0].canWithdraw && status.cases[0].canAnswer)
            }
            let mine = try await artist.cases(client)
            #expect(mine.count == 1 && mine[0].kind == .claim && mine[0].side == .respondent)
            let sent = try await artist.send(.get, "/v1/cases", client)
            let text = String(decoding: sent.body, as: UTF8.self)
            #expect(!text.contains("ada@example.org") && !text.contains("ada.example"))
            #expect(try !server.database.contents.contains(near.description))
        }
    }

    // Goal: a withdrawn claim ends its cases, and how its claimant is reached is forgotten.
    @Test func claimsAreWithdrawn() async throws {
        let server = try TestServer()
        try await server.run { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let code = try await TestDevice.claim(picture, client)
            let target = "/v1/rights/claims/\(code)/withdrawal"
            let words = CaseWords(text: "A mistake.")
            let status = try await TestDevice.ask(target, words, client).decode(ClaimStatus.self)
            #expect(status.cases.map(\.state) == [.final])
            #expect(try await artist.cases(client)[0].state == .final)
            #expect(try !server.database.contents.contains("ada@example.org"))
            #expect(try server.core.cases.list().isEmpty)
        }
    }

    // Goal: claims that lead to nothing pester nobody: after one was dismissed, the account hears
    // of the next against the same work only when a moderator asks.
    // Method: a claimant who lies claims again and again, a bit changed each time.
    @Test func aLiarPestersNobody() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            func letters() throws -> Int {
                try server.count("case_letter WHERE account IS NOT NULL")
            }
            _ = try await TestDevice.claim(picture, client)
            #expect(try letters() == 1)
            try server.core.cases.decide(1, TestServer.verdict(.dismiss), as: "mia")
            let before = try letters()
            for bits in 1...4 {
                _ = try await TestDevice.claim(try picture.copy(differingIn: bits), client)
            }
            #expect(try letters() == before)
            #expect(try server.core.cases.list().count == 4)
            #expect(try server.core.cases.dossier(2).related == [1, 3, 4, 5])
            try server.core.cases.ask(2, .respondent, text: "Is this yours?", as: "mia")
            #expect(try letters() == before + 1)
        }
    }

    // Goal: a claimant's picture is kept as it came, bounded, and handed to moderators alone, as a
    // download that no browser shows or runs.
    @Test func picturesAreDownloads() async throws {
        try await TestServer.moderated { server, client in
            let code = try await TestDevice.claim(try TestPicture(seed: 1), client)
            let target = "/v1/rights/claims/\(code)/picture"
            let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            let page = Array("<script>alert(1)</script>".utf8)
            let largest = png + [UInt8](repeating: 7, count: RightsLimits.pictureBytes - png.count)
            for (body, status) in [
                (page, 400), ([], 400), (png + page, 200), (largest, 200), (largest + [0], 413),
            ] {
                #expect(try await TestDevice.ask(.put, target, client, body: body).status == status)
            }
            #expect(try await TestDevice.status(code, client).hasPicture)
            let unknown = RightsCode(checked: [UInt8](repeating: 1, count: 16))
            let lost = "/v1/rights/claims/\(unknown)/picture"
            #expect(try await TestDevice.ask(.put, lost, client, body: png).problem == .notFound)

            let door = "/v1/moderation/cases/1/picture"
            #expect(try await TestDevice.ask(.get, door, client).status == 401)
            let artist = try await TestDevice.joined(to: server, client)
            #expect(try await artist.send(.get, door, client).status == 401)
            let token = try server.core.moderators.add("rae", role: .reviewer, actor: "t").token
            let opened = try await TestDevice.ask(
                "/v1/moderators/sessions", SessionRequest(token: token), client)
            let session = try opened.decode(SessionReply.self).session
            let reply = try await TestDevice.ask(.get, door, client, session: session)
            #expect(reply.status == 200 && reply.body == largest)
            #expect(reply.headers[.contentType] == "application/octet-stream")
            #expect(reply.headers[.contentDisposition] == "attachment; filename=\"case-1.png\"")
            #expect(reply.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
            #expect(reply.headers[.xContentTypeOptions] == "nosniff")
            #expect(reply.headers[.cacheControl] == "no-store")
            let other = "/v1/moderation/cases/2/picture"
            #expect(try await TestDevice.ask(.get, other, client, session: session).status == 404)
            #expect(try server.core.claims.picture(ofCase: 1, as: "mia").bytes == largest)
            #expect(throws: ServerError.self) {
                try server.core.claims.picture(ofCase: 1, as: "nobody")
            }
        }
    }
}
