import AtelierProtocol
import AtelierServer
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// The report as moderators read it, and how long decisions take.
@Suite(.onBothDatabases)
struct ReportPagesTests {
    // Goal: what is told of the time to a decision is that of first decisions made in the time,
    // by the nearest rank.
    @Test func timeToDecisionIsOfFirstDecisions() async throws {
        try await TestServer.moderated { server, client in
            let (cases, from) = (server.core.cases, server.now)
            for seed: UInt64 in 1...3 {
                let artist = try await TestDevice.joined(to: server, client)
                let picture = try TestPicture(seed: seed)
                _ = try await artist.register(picture, client)
                _ = try await TestDevice.claim(picture.copy(differingIn: 6), client)
            }
            let ids = try cases.list().map(\.record.id).sorted()
            let none = try server.core.moderation.report(from: from, to: server.now + .seconds(1))
            #expect(none.timeToDecision == nil)
            for (id, hours) in zip(ids, [1, 2, 7]) {
                server.advance(by: .seconds(hours * 3600))
                try cases.decide(id, TestServer.verdict(.dismiss), as: "mia")
            }
            let first = server.now + .seconds(1)
            let report = try server.core.moderation.report(from: from, to: first)
            // One was decided after one hour, one after three, one after ten.
            let time = try #require(report.timeToDecision)
            #expect(time.cases == 3 && time.median == 3 * 3600 && time.ninth == 10 * 3600)
            server.advance(by: .seconds(3600))
            try cases.undo(ids[0], text: "Wrong.", as: "mia")
            try cases.decide(ids[0], TestServer.verdict(.warn), as: "mia")
            let later = try server.core.moderation.report(
                from: first, to: server.now + .seconds(1))
            #expect(later.timeToDecision == nil && later.decisions == ["warn": 1])
        }
    }

    // Goal: every moderator reads the report whatever the policy says, with what it does not tell
    // everybody; a reason that somebody wrote is text on the page and in the file.
    @Test func moderatorsReadMoreThanEverybody() async throws {
        var policy = ServerPolicy()
        policy.publicReport = .on
        let server = try TestServer(policy: policy)
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            try server.core.moderation.suspend(
                artist.account, reason: "=1+1", until: nil, message: "", actor: "a")
            let rae = try await ConsoleBrowser.signedIn("rae", .reviewer, server, client)
            let page = try await rae.get("/console/report")
            #expect(page.status == 200 && page.text.contains("<svg class=\"bars\""))
            #expect(page.text.contains("Suspensions: =1+1"))
            #expect(page.text.contains("Accounts of the month: open"))
            #expect(page.text.contains("Half within") || page.text.contains("half within"))
            #expect(page.text.contains("href=\"/console/report.csv\""))
            #expect(page.text.contains("href=\"/report\""))
            let file = try await rae.get("/console/report.csv")
            let lines = file.text.split(separator: "\r\n")
            #expect(lines.first == "month,name,kind,count")
            #expect(lines.contains { $0.hasSuffix(",suspensions,'=1+1,1") })
            #expect(lines.contains { $0.hasSuffix(",suspended-at-end,,1") })
            #expect(!file.text.contains("decision-time"))

            let guest = ConsoleBrowser(client)
            for path in ["/console/report", "/console/report.csv"] {
                #expect(try await guest.get(path).status == 303)
            }
            for path in ["/report", "/report.csv"] {
                let text = try await guest.get(path).text
                #expect(!text.contains("=1+1") && !text.lowercased().contains("accounts of"))
            }
        }
        let quiet = try TestServer()
        try await quiet.runConsole { client in
            let rae = try await ConsoleBrowser.signedIn("rae", .reviewer, quiet, client)
            let page = try await rae.get("/console/report").text
            #expect(
                page.contains("shown to moderators alone") && !page.contains("href=\"/report\""))
            #expect(try await ConsoleBrowser(client).get("/report").status == 404)
        }
    }
}
