import AtelierProtocol
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PageParts
import SignedObjects
import TestSupport
import Testing

import AtelierServer
import Console

/// The pages for everybody, in process.
@Suite(.onBothDatabases)
struct PublicPageTests {
    private static func claim(
        _ client: any TestClientProtocol, saying statement: String
    ) async throws -> RightsCodeReply {
        let claim = ClaimRequest(
            reading: try TestPicture(seed: 1).reading, statement: statement,
            contact: "mill@example.org", links: [])
        return try await TestDevice.ask("/v1/rights/claims", claim, client)
            .decode()
    }

    // Goal: a code leaves the address at once, no script reads it, and people may write it in
    // groups; what is no code is told in words; closing forgets it.
    @Test func codesStayOutOfAddresses() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let code = try await Self.claim(client, saying: "This is my mill.").code.description
            let holder = ConsoleBrowser(client)
            let link = try await holder.get("/rights/claims/\(code)")
            #expect(link.status == 303 && link.headers[.location] == "/rights/case")
            #expect(link.headers[.referrerPolicy] == "no-referrer")
            #expect(link.headers[.setCookie]?.contains("HttpOnly") == true)
            let page = try await holder.get("/rights/case")
            #expect(page.status == 200 && page.text.contains("This is my mill."))
            #expect(!page.text.contains(code))
            #expect(page.headers[.cacheControl] == "no-store")
            #expect(try await holder.post("/rights/case/close").status == 303)
            #expect(holder.cookies.isEmpty)

            let groups = stride(from: 0, to: 32, by: 4).map { code.dropFirst($0).prefix(4) }
            let written = " " + groups.joined(separator: "- ").uppercased()
            #expect(try await holder.post("/rights/case", ["code": written]).status == 303)
            #expect(try await holder.get("/rights/case").text.contains("This is my mill."))
            for wrong in ["", "abc", String(repeating: "0", count: 4000), "é\u{202E}"] {
                let answer = try await holder.post("/rights/case", ["code": wrong])
                #expect(answer.status == 404)
            }
            let unknown = String(repeating: "0", count: 32)
            _ = try await holder.post("/rights/case", ["code": unknown])
            #expect(try await holder.get("/rights/case").status == 404)
        }
    }

    // Goal: what the holder of a code writes comes from a page of this server alone, is bounded,
    // and is shown as text.
    @Test func wordsComeFromOwnPagesAndStayText() async throws {
        let server = try TestServer()
        try server.addModerators()
        try await server.runConsole { client in
            let hostile = "<script>alert(1)</script>{{t.shell.home}}\"'&"
            let code = try await Self.claim(client, saying: hostile).code
            let holder = ConsoleBrowser(client)
            _ = try await holder.get("/rights/claims/\(code)")
            let page = try await holder.get("/rights/case").text
            #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"))
            #expect(page.contains("{{t.shell.home}}"))
            let path = "/rights/case/answer"
            for more: HTTPFields in [
                [.origin: ""], [.origin: "null"], [.origin: "http://evil.example"],
                [.fetchSite: "cross-site"],
            ] {
                #expect(try await holder.post(path, ["text": "x"], more: more).status == 403)
            }
            for text in ["", String(repeating: "a", count: 2001), "a\u{202E}b", "a\u{0}b"] {
                #expect(try await holder.post(path, ["text": text]).status == 400, "\(text.count)")
            }
            #expect(try await holder.post("/rights/case/withdraw").status == 400)
            #expect(try await holder.post("/rights/case/nothing").status == 404)
            #expect(
                try await holder.post("/rights/case/withdraw", ["sure": "yes"]).status == 303)
        }
    }

    // Goal: the report is there where the policy says so, and nowhere is it named where not.
    @Test func theReportIsShownByPolicy() async throws {
        let silent = try TestServer()
        try await silent.runConsole { client in
            let guest = ConsoleBrowser(client)
            for path in ["/report", "/report.csv"] {
                let answer = try await guest.get(path)
                #expect(answer.status == 404)
            }
            let home = try await guest.get("/").text
            #expect(!home.contains("/report"))
        }
        var policy = ServerPolicy()
        policy.publicReport = .on
        policy.operatorName = "<b>Harbour</b>"
        let server = try TestServer(policy: policy)
        try await server.runConsole { client in
            _ = try await Self.claim(client, saying: "s")
            let guest = ConsoleBrowser(client)
            let home = try await guest.get("/").text
            #expect(home.contains("href=\"/report\"") && home.contains("&lt;b&gt;Harbour"))
            #expect(try await guest.get("/report").text.contains("<svg class=\"bars\""))
            let lines = try await guest.get("/report.csv").text.split(separator: "\r\n")
            #expect(lines.first == "month,name,kind,count")
            #expect(lines.contains { $0.hasSuffix(",cases,claim,1") })
            #expect(lines.contains { $0.hasSuffix(",claims,,1") })
        }
    }

    // Goal: a month is a month of UTC, this one is the last, and each begins where one ended.
    @Test func monthsMeet() {
        let months = MonthlyReports.months(upTo: UnixTime(milliseconds: 1_709_251_199_999))
        #expect(months.count == 12)
        #expect(months.last?.lowerBound.rfc3339.hasPrefix("2024-02-01T00:00:00") == true)
        #expect(months.last?.upperBound.rfc3339.hasPrefix("2024-03-01T00:00:00") == true)
        for (before, after) in zip(months, months.dropFirst()) {
            #expect(before.upperBound == after.lowerBound)
        }
    }

    // Goal: whatever a case, a reservation or a report says has its words.
    @Test(arguments: ["en", "ja", "it"])
    func everyValueHasWords(language: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Server/Console/Catalogue/\(language)")
        func names(_ area: String) throws -> Set<String> {
            let data = try Data(contentsOf: folder.appending(path: "\(area).json"))
            let texts = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return Set((texts ?? [:]).keys)
        }
        let (follow, report) = (try names("follow"), try names("report"))
        for kind in CaseKind.allCases {
            #expect(follow.contains("kind-\(kind.rawValue)"))
            #expect(report.contains("kind-cases-\(kind.rawValue)"))
        }
        for act in CaseAct.allCases {
            #expect(follow.contains("act-\(act.rawValue)"))
            #expect(report.contains("kind-decisions-\(act.rawValue)"))
        }
        for state in ReservationState.allCases {
            #expect(follow.contains("reservation-\(state.rawValue)"))
            #expect(report.contains("kind-reservations-\(state.rawValue)"))
        }
        for state in CaseState.allCases { #expect(follow.contains("state-\(state.rawValue)")) }
    }
}
