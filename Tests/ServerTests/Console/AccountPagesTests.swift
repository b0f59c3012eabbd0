import AtelierProtocol
import AtelierServer
import CreditLedger
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// The list of accounts and the page of one.
@Suite(.onBothDatabases)
struct AccountPagesTests {
    private static func path(_ device: TestDevice) -> String {
        "/console/accounts/\(device.account)"
    }

    // Goal: a moderator finds an account, sees what a suspension cannot stop, suspends, reinstates
    // and gives credits; each is in the log under their name.
    @Test func anAccountIsSuspendedAndReinstated() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            var artist = TestDevice(of: server)
            artist.name = "<b>easel</b>"
            _ = try await artist.join(client)
            _ = try await artist.lentWallet(client)
            let path = Self.path(artist)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let list = try await mia.get("/console/accounts?search=EASEL").text
            #expect(list.contains(path) && list.contains("&lt;b&gt;easel"))
            #expect(!list.contains("<b>easel"))
            let other = try await mia.get("/console/accounts?search=nobody").text
            #expect(!other.contains(path) && other.contains("No account here."))
            let page = try await mia.get(path).text
            #expect(page.contains("2 credits on its devices can still be used offline"))
            let suspension: KeyValuePairs = [
                "reason": "not-own-work", "days": "7", "text": "Please write to us.",
            ]
            #expect(try await mia.post("\(path)/suspend", suspension).status == 303)
            let accounts = server.core.accounts
            #expect(try accounts.summary(of: artist.account).standing == "suspended")
            #expect(try await mia.get(path).text.contains("\(path)/reinstate"))
            #expect(try await mia.post("\(path)/reinstate", ["text": "Sorry."]).status == 303)
            let grant: KeyValuePairs = ["count": "3", "text": "contest"]
            #expect(try await mia.post("\(path)/grant", grant).status == 303)
            let after = try accounts.summary(of: artist.account)
            #expect(after.standing == "active" && after.credits.granted == 5)
            let log = try server.core.audit.entries(of: artist.account)
            #expect(log.map(\.action) == ["suspend", "reinstate", "grant 3"])
            #expect(log.allSatisfy { $0.actor == "mia" })
        }
    }

    // Goal: what is out of bounds changes nothing, and reviewers change nothing at all.
    @Test func nothingIsDoneOutOfBounds() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            let path = Self.path(artist)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            for days in ["0", "-1", "x", "9223372036854775807", "99999"] {
                let form: KeyValuePairs = ["reason": "r", "days": days, "text": ""]
                #expect(try await mia.post("\(path)/suspend", form).status == 400)
            }
            for count in ["0", "-3", "101", "1e9", ""] {
                let form: KeyValuePairs = ["count": count, "text": "r"]
                #expect(try await mia.post("\(path)/grant", form).status == 400)
            }
            #expect(try await mia.post("\(path)/approve", ["text": ""]).status != 303)
            #expect(try await mia.get("\(path)/purge").status == 403)
            for unknown in ["/console/accounts/00", "/console/accounts/x'--"] {
                #expect(try await mia.get(unknown).status == 404)
            }
            let rea = try await ConsoleBrowser.signedIn("rea", .reviewer, server, client)
            #expect(try await rea.get(path).text.contains("A moderator acts."))
            let form: KeyValuePairs = ["reason": "r", "days": "", "text": ""]
            #expect(try await rea.post("\(path)/suspend", form).status == 403)
            #expect(try server.core.accounts.summary(of: artist.account).standing == "active")
            #expect(try server.core.audit.entries(of: artist.account).isEmpty)
        }
    }

    // Goal: an account is purged only by an administrator who typed which one.
    @Test func aPurgeIsTyped() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            let path = Self.path(artist)
            let ann = try await ConsoleBrowser.signedIn("ann", .administrator, server, client)
            let word = String(artist.account.description.prefix(8))
            #expect(try await ann.get("\(path)/purge").text.contains(word))
            let typo: KeyValuePairs = ["text": "asked-by-owner", "typed": "no"]
            #expect(try await ann.post("\(path)/purge", typo).status == 422)
            #expect(try server.core.accounts.summary(of: artist.account).standing == "active")
            let right: KeyValuePairs = ["text": "asked-by-owner", "typed": word]
            #expect(try await ann.post("\(path)/purge", right).status == 303)
            #expect(try server.core.accounts.summary(of: artist.account).standing == "purged")
            #expect(try await ann.get(path).text.contains("purged"))
        }
    }

    // Goal: a strike is a decision in force against the account; one that is taken back is none.
    @Test func strikesAreDecisionsInForce() async throws {
        let server = try TestServer()
        try server.addModerators()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            _ = try await artist.register(try TestPicture(seed: 1), client)
            _ = try await TestDevice.claim(try TestPicture(seed: 1), client)
            let accounts = server.core.accounts
            #expect(try accounts.details(of: artist.account).works == 1)
            #expect(try accounts.details(of: artist.account).strikes == 0)
            try server.core.cases.decide(1, TestServer.verdict(.withholdWork), as: "mia")
            let details = try accounts.details(of: artist.account)
            #expect(details.strikes == 1 && details.cases.map(\.record.id) == [1])
            try server.core.cases.undo(1, text: "Sorry.", as: "mia")
            #expect(try accounts.details(of: artist.account).strikes == 0)
        }
    }

    // Goal: those that wait are found and let in or refused.
    @Test func theWaitingAreLetIn() async throws {
        var policy = ServerPolicy()
        policy.registration = .approval
        let server = try TestServer(policy: policy)
        try await server.runConsole { client in
            let artists = [TestDevice(of: server), TestDevice(of: server)]
            for artist in artists { _ = try await artist.register(nil, client) }
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let waiting = try await mia.get("/console/accounts?part=waiting").text
            #expect(artists.allSatisfy { waiting.contains(Self.path($0)) })
            #expect(waiting.contains("2 wait for approval."))
            let (first, last) = (Self.path(artists[0]), Self.path(artists[1]))
            #expect(try await mia.post("\(first)/approve", ["text": ""]).status == 303)
            #expect(try await mia.post("\(last)/refuse", ["text": "spam"]).status == 303)
            let states = try artists.map { try server.core.accounts.summary(of: $0.account) }
            #expect(states.map(\.standing) == ["active", "refused"])
        }
    }
}
