import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// The queue and the pages of cases.
@Suite(.onBothDatabases)
struct CasePagesTests {
    /// A claim against a registered work.
    private struct Claimed {
        let artist: TestDevice
        let code: RightsCode
        let id: Int64

        var path: String { "/console/cases/\(id)" }

        init(_ server: TestServer, _ client: any TestClientProtocol) async throws {
            artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            code = try await TestDevice.claim(picture.copy(differingIn: 6), client)
            id = try #require(try server.core.cases.list().first).record.id
        }
    }

    private static func form(
        _ act: String, version: Int, text: String = "Not yours.", days: String = ""
    ) -> KeyValuePairs<String, String> {
        [
            "version": "\(version)", "act": act, "side": "respondent", "code": "not-own-work",
            "text": text, "claimant": "We have decided.", "days": days,
        ]
    }

    // Goal: a claim becomes a decision, an appeal, and a reinstatement by a colleague, in pages
    // alone, and each act is shown before it is done.
    @Test func aCaseIsDecidedAndAppealed() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let claimed = try await Claimed(server, client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let max = try await ConsoleBrowser.signedIn("max", .moderator, server, client)
            #expect(try await mia.get("/console").text.contains(claimed.path))
            #expect(try await mia.get(claimed.path).text.contains("6 of 256 bits differ"))
            let form = Self.form("suspend", version: 1, days: "7")
            let preview = try await mia.post("\(claimed.path)/preview", form)
            #expect(preview.status == 200 && preview.text.contains("no leases and no receipts"))
            #expect(try server.core.cases.dossier(claimed.id).state == .open)
            // A suspension goes by the way that asks for the passkey, and no other.
            #expect(try await mia.post("\(claimed.path)/decide", form).status == 400)
            #expect(try await mia.post("\(claimed.path)/suspend", form).status == 303)
            let accounts = server.core.accounts
            #expect(try accounts.summary(of: claimed.artist.account).standing == "suspended")
            let words = CaseWords(text: "I drew it.")
            let appeal = try await claimed.artist.post(
                "/v1/cases/\(claimed.id)/appeals", words, client)
            #expect(appeal.status == 200)

            let locked = try await mia.get(claimed.path).text
            #expect(locked.contains("A colleague has to settle it"))
            #expect(!locked.contains("\(claimed.path)/uphold"))
            let dismissal = Self.form("dismiss", version: 3)
            #expect(try await mia.post("\(claimed.path)/decide", dismissal).status == 409)
            #expect(try await max.get("/console?part=appeals").text.contains(claimed.path))
            _ = try await max.get(claimed.path)
            #expect(try await max.post("\(claimed.path)/decide", dismissal).status == 303)
            #expect(try server.core.cases.dossier(claimed.id).state == .final)
            #expect(try accounts.summary(of: claimed.artist.account).standing == "active")
        }
    }

    // Goal: who acts on an old page is refused, sees what happened, and loses no words.
    @Test func anOldPageIsRefusedWithWhatChanged() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let claimed = try await Claimed(server, client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let max = try await ConsoleBrowser.signedIn("max", .moderator, server, client)
            _ = try await mia.get(claimed.path)
            _ = try await max.get(claimed.path)
            // A colleague's note changes nothing that was decided upon.
            #expect(try await max.post("\(claimed.path)/note", ["text": "Seen."]).status == 303)
            let asked: KeyValuePairs = [
                "version": "1", "side": "respondent", "text": "Where is it from?",
            ]
            #expect(try await max.post("\(claimed.path)/ask", asked).status == 303)
            let form = Self.form("dismiss", version: 1, text: "My <long> words.")
            let answer = try await mia.post("\(claimed.path)/decide", form)
            #expect(answer.status == 409)
            #expect(answer.text.contains("Something happened meanwhile"))
            #expect(answer.text.contains("My &lt;long&gt; words."))
            #expect(try server.core.cases.dossier(claimed.id).state == .waiting)
            let again = Self.form("dismiss", version: 3)
            #expect(try await mia.post("\(claimed.path)/decide", again).status == 303)
            let undo: KeyValuePairs = ["version": "4", "text": "Too early."]
            #expect(try await mia.post("\(claimed.path)/undo", undo).status == 303)
            #expect(try server.core.cases.dossier(claimed.id).state == .open)
        }
    }

    // Goal: reviewers read, note and ask, and decide nothing; the pages say so.
    @Test func reviewersDecideNothing() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let claimed = try await Claimed(server, client)
            let rae = try await ConsoleBrowser.signedIn("rae", .reviewer, server, client)
            let page = try await rae.get(claimed.path).text
            #expect(page.contains("A moderator decides") && !page.contains("/preview"))
            #expect(try await rae.post("\(claimed.path)/note", ["text": "Hm."]).status == 303)
            for act in ["preview", "decide", "suspend", "uphold", "undo"] {
                let answer = try await rae.post(
                    "\(claimed.path)/\(act)", Self.form("dismiss", version: 1))
                #expect(answer.status == 403, "\(act)")
            }
            #expect(try server.core.cases.dossier(claimed.id).state == .open)
            let guest = ConsoleBrowser(client)
            #expect(try await guest.get(claimed.path).status == 303)
            #expect(try await guest.get("/console").status == 303)
            #expect(try await rae.get("/console/cases/99").status == 404)
            #expect(try await rae.get("/console/cases/x").status == 404)
            #expect(try await rae.get("\(claimed.path)/picture").status == 404)
        }
    }

    // Goal: one moderator at a time works on a case; the lock ends by itself.
    @Test func aLockEndsByItself() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let claimed = try await Claimed(server, client)
            let cases = server.core.cases
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let max = try await ConsoleBrowser.signedIn("max", .moderator, server, client)
            #expect(try await mia.post("\(claimed.path)/take").status == 303)
            #expect(try await cases.lock(of: claimed.id)?.moderator == "mia")
            #expect(try await max.post("\(claimed.path)/take").status == 409)
            #expect(try await max.post("\(claimed.path)/release").status == 303)
            #expect(try await cases.lock(of: claimed.id)?.moderator == "mia")
            #expect(try await mia.get("/console?part=mine").text.contains(claimed.path))
            #expect(!(try await max.get("/console?part=mine").text.contains(claimed.path)))
            #expect(!(try await max.get("/console?part=free").text.contains(claimed.path)))
            server.advance(by: .seconds(30 * 60))
            #expect(try await cases.lock(of: claimed.id) == nil)
            try await cases.take(claimed.id, as: "max")
            #expect(try await cases.lock(of: claimed.id)?.moderator == "max")
            try await cases.release(claimed.id, as: "max")
            #expect(try await cases.lock(of: claimed.id) == nil)
        }
    }

    // Goal: a case is found by its number, an account, or the code of its claim, and what is late
    // is said to be.
    @Test func casesAreFound() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let claimed = try await Claimed(server, client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            for text in ["\(claimed.id)", "\(claimed.code)"] {
                let answer = try await mia.get("/console?search=\(text)")
                #expect(answer.headers[.location] == claimed.path, "\(text)")
            }
            let account = "\(claimed.artist.account)".prefix(6)
            #expect(try await mia.get("/console?search=\(account)").text.contains(claimed.path))
            // Nothing that an account's id could begin with.
            for text in ["zzz", "%3Cscript%3E", "-1", "0x0"] {
                let page = try await mia.get("/console?search=\(text)&page=x").text
                #expect(!page.contains(claimed.path) && !page.contains("<script>"), "\(text)")
            }
            #expect(!(try await mia.get("/console?part=overdue").text.contains(claimed.path)))
            let queue = try await server.core.cases.queue(
                QueueFilter(.all, kind: .claim), as: "mia", page: 0, size: 1)
            #expect(queue.cases.count == 1 && !queue.hasMore && queue.counts[.overdue] == 0)
            server.advance(by: .seconds(6 * 86_400))
            let later = try await server.core.cases.queue(
                QueueFilter(.overdue), as: "mia", page: 0, size: 1)
            #expect(later.cases.first?.isOverdue == true && later.counts[.overdue] == 1)
        }
    }
}
