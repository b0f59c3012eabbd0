import AtelierProtocol
import AtelierServer
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

/// The console's page of reservations.
@Suite(.onBothDatabases)
struct ReservationPagesTests {
    private static let path = "/console/reservations"

    private static func form(
        _ act: String, _ numbers: String, text: String = "", despite: String = ""
    ) -> KeyValuePairs<String, String> {
        ["act": act, "numbers": numbers, "text": text, "despite": despite]
    }

    private static func states(_ server: TestServer) throws -> [ReservationState] {
        try server.core.reservations.list(nil).reservations.map(\.state)
    }

    // Goal: several are shown before they are decided, one button decides them all, and what is in
    // force goes off the list with words alone.
    @Test func severalAreDecidedAtOnce() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let pictures = try (1...3).map { try TestPicture(seed: $0) }
            let code = try await TestDevice.hold(pictures, client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let list = try await mia.get(Self.path).text
            #expect(list.contains("3 wait for a decision."))
            #expect(list.contains("The signed list is at serial 0."))
            #expect(list.matches(of: /type="checkbox"/).count == 3)
            #expect(!list.contains(" checked"))
            let all = try await mia.get("\(Self.path)?ticked=all").text
            #expect(all.matches(of: /\schecked/).count == 3)
            let preview = try await mia.get(
                "\(Self.path)/decide?number=1&number=2&act=confirm")
            #expect(preview.status == 200)
            #expect(preview.text.contains("Confirm 2 reservations"))
            #expect(preview.attribute("name=\"numbers\" value") == "1 2")
            #expect(try Self.states(server) == [.pending, .pending, .pending])
            let confirm = Self.form("confirm", "1 2", text: "Yours.")
            #expect(try await mia.post("\(Self.path)/decide", confirm).status == 303)
            let refuse = Self.form("refuse", "3", text: "Blurred.\r\nSorry.")
            #expect(try await mia.post("\(Self.path)/decide", refuse).status == 303)
            #expect(try Self.states(server) == [.confirmed, .confirmed, .refused])
            #expect(try await mia.get(Self.path).text.contains("serial 2."))

            let silent = try await mia.post(
                "\(Self.path)/decide", Self.form("take-off", "1", text: " "))
            #expect(silent.status == 409 && silent.text.contains("Tell whoever made them why"))
            let gone = Self.form("take-off", "1", text: "It is a photograph.")
            #expect(try await mia.post("\(Self.path)/decide", gone).status == 303)
            let entries = try await TestDevice.held(code, client).entries
            #expect(entries.map(\.state) == [.refused, .confirmed, .refused])
            #expect(entries.map(\.text) == ["It is a photograph.", "Yours.", "Blurred.\nSorry."])
            let refused = try await mia.get("\(Self.path)?state=refused").text
            #expect(refused.contains("photograph") && !refused.contains("type=\"checkbox\""))
        }
    }

    // Goal: where one of several no longer waits, nothing is done, the page says which, keeps the
    // words, and offers the rest; a refusal never takes off the list what a colleague confirmed.
    @Test func whatWasDecidedMeanwhileIsLeftOut() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let pictures = try (1...3).map { try TestPicture(seed: $0) }
            _ = try await TestDevice.hold(pictures, client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            _ = try await mia.get(
                "\(Self.path)/decide?number=1&number=2&number=3&act=refuse")
            _ = try server.core.moderators.add("max", role: .moderator, actor: "t")
            try server.core.reservations.decide([2], confirming: true, text: "", as: "max")
            let answer = try await mia.post(
                "\(Self.path)/decide", Self.form("refuse", "1 2 3", text: "My <long> words."))
            #expect(answer.status == 409)
            #expect(answer.text.contains("decided or withdrawn meanwhile"))
            #expect(answer.text.contains("<li>2: In force</li>"))
            #expect(answer.text.contains("My &lt;long&gt; words."))
            #expect(answer.attribute("name=\"numbers\" value") == "1 3")
            #expect(try Self.states(server) == [.pending, .confirmed, .pending])
            let rest = Self.form("refuse", "1 3", text: "My words.")
            #expect(try await mia.post("\(Self.path)/decide", rest).status == 303)
            #expect(try Self.states(server) == [.refused, .confirmed, .refused])
            // Nothing is left of this choice.
            let late = try await mia.get("\(Self.path)/decide?number=1&act=refuse")
            #expect(late.status == 200 && late.text.contains("None of them can be decided"))
        }
    }

    // Goal: a case stands in the way until the page has shown it, and somebody says that they read
    // it; one opened since then stops the decision again.
    @Test func casesAreReadFirst() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            _ = try await TestDevice.hold([try picture.copy(differingIn: 9)], client)
            let id = try #require(try server.core.cases.list().first).record.id
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            #expect(try await mia.get(Self.path).text.contains("href=\"/console/cases/\(id)\""))
            let preview = try await mia.get("\(Self.path)/decide?number=1&act=confirm")
            #expect(preview.attribute("name=\"despite\" value") == "\(id)")
            #expect(preview.text.contains("stands in the way"))
            for despite in ["", "\(id + 1)"] {
                let answer = try await mia.post(
                    "\(Self.path)/decide", Self.form("confirm", "1", despite: despite))
                #expect(answer.status == 409)
                #expect(answer.text.contains("A case stands in the way of some"))
            }
            #expect(try Self.states(server) == [.pending])
            let read = Self.form("confirm", "1", despite: "\(id)")
            #expect(try await mia.post("\(Self.path)/decide", read).status == 303)
            #expect(try Self.states(server) == [.confirmed])
        }
    }

    // Goal: reviewers read and are told that they cannot decide; nobody else sees the page.
    @Test func reviewersReadOnly() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            _ = try await TestDevice.hold([try TestPicture(seed: 1)], client)
            let rae = try await ConsoleBrowser.signedIn("rae", .reviewer, server, client)
            let list = try await rae.get(Self.path).text
            #expect(list.contains("A moderator decides."))
            #expect(!list.contains("type=\"checkbox\"") && !list.contains("name=\"act\""))
            let refused = try await rae.get("\(Self.path)/decide?number=1&act=confirm")
            #expect(refused.status == 403)
            #expect(refused.text.contains("Your role does not allow this"))
            let form = Self.form("confirm", "1")
            #expect(try await rae.post("\(Self.path)/decide", form).status == 403)
            #expect(try Self.states(server) == [.pending])
            let guest = ConsoleBrowser(client)
            for path in [Self.path, "\(Self.path)/decide?number=1&act=confirm"] {
                #expect(try await guest.get(path).status == 303)
            }
            #expect(try await guest.post("\(Self.path)/decide", form).status == 303)
        }
    }

    // Goal: what strangers write stays text, and only links to the web can be followed.
    @Test func strangersWordsStayText() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let hostile = "<script>alert(1)</script>{{t.shell.home}}\"'&"
            let picture = try TestPicture(seed: 1)
            for link in ["javascript:alert(1)", "https://a.example/\"><script>x</script>"] {
                let request = HolderReservationRequest(
                    pictures: [picture.reading], contact: hostile, link: link)
                let asked = try await TestDevice.ask("/v1/rights/reservations", request, client)
                #expect(asked.status == 201)
            }
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let words = Self.form("refuse", "2", text: hostile)
            for path in [
                Self.path, "\(Self.path)/decide?number=1&number=2&act=confirm",
                "\(Self.path)?state=refused",
            ] {
                if path.hasSuffix("refused") {
                    #expect(try await mia.post("\(Self.path)/decide", words).status == 303)
                }
                let page = try await mia.get(path).text
                #expect(page.contains("&lt;script&gt;alert(1)"), "\(path)")
                #expect(page.contains("{{t.shell.home}}"), "\(path)")
                #expect(!page.contains("<script>alert") && !page.contains("<script>x"))
                #expect(!page.contains("href=\"javascript:"))
            }
            #expect(try await mia.get(Self.path).text.contains("javascript:alert(1)"))
            #expect(try await mia.get("\(Self.path)?state=refused").text.contains("noreferrer"))
        }
    }

    // Goal: what no page of ours sends is refused, and changes nothing.
    @Test func wrongFormsAreRefused() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            _ = try await TestDevice.hold([try TestPicture(seed: 1)], client)
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            _ = try await mia.get(Self.path)
            let many = (1...101).map(String.init).joined(separator: " ")
            for (form, status) in [
                (Self.form("delete", "1"), 400), (Self.form("confirm", "x"), 400),
                (Self.form("confirm", many), 400), (Self.form("confirm", "1", despite: "x"), 400),
                (Self.form("confirm", ""), 303), (Self.form("confirm", "99"), 404),
                (Self.form("confirm", "1", text: "a\u{202E}b"), 409),
                (Self.form("confirm", "1", text: String(repeating: "a", count: 1701)), 409),
            ] {
                let answer = try await mia.post("\(Self.path)/decide", form)
                #expect(answer.status == status, "\(form)")
            }
            let foreign = try await mia.post(
                "\(Self.path)/decide", Self.form("confirm", "1"),
                more: [.origin: "http://evil.example"])
            #expect(foreign.status == 403)
            let none = try await mia.get("\(Self.path)/decide?act=confirm")
            #expect(none.headers[.location] == "\(Self.path)?state=pending&missing=yes")
            for query in [
                "state=x", "after=x", "holder=x&account=%3Cb%3E", "after=-9&state=refused",
            ] {
                #expect(try await mia.get("\(Self.path)?\(query)").status == 200, "\(query)")
            }
            #expect(try Self.states(server) == [.pending])
        }
    }

    // Goal: parts follow each other without a gap, what waits oldest first and the rest newest
    // first, and can be narrowed to who asked.
    @Test func partsFollowEachOther() async throws {
        let server = try TestServer()
        try await server.runConsole { client in
            let artist = try await TestDevice.joined(to: server, client)
            let work = try await artist.register(try TestPicture(seed: 9), client)
            #expect(try await artist.reserve([work], client)[0].state == .confirmed)
            for seed: UInt64 in [1, 3] {
                let pictures = try (seed...seed + 1).map { try TestPicture(seed: $0) }
                _ = try await TestDevice.hold(pictures, client)
            }
            let reservations = server.core.reservations
            var (seen, after): ([Int64], Int64?) = ([], nil)
            repeat {
                let part = try await reservations.search(
                    ReservationSearch(), after: after, size: 3)
                #expect(part.waiting == 4 && part.listing.last == 1)
                seen += part.listing.reservations.map(\.number)
                after = part.next
            } while after != nil
            #expect(seen == [2, 3, 4, 5])
            let theirs = try await reservations.search(
                ReservationSearch(holder: 2), after: nil, size: 3)
            #expect(theirs.listing.reservations.map(\.number) == [4, 5] && theirs.next == nil)
            _ = try server.core.moderators.add("max", role: .moderator, actor: "t")
            try reservations.decide([2, 3], confirming: true, text: "", as: "max")
            let newest = try await reservations.search(
                ReservationSearch(.confirmed), after: nil, size: 2)
            #expect(newest.listing.reservations.map(\.number) == [3, 2] && newest.next == 2)
            let own = try await reservations.search(
                ReservationSearch(.confirmed, account: artist.account), after: nil, size: 2)
            #expect(own.listing.reservations.map(\.number) == [1])
            let mia = try await ConsoleBrowser.signedIn("mia", .moderator, server, client)
            let page = try await mia.get(
                "\(Self.path)?state=confirmed&account=\(artist.account)"
            ).text
            #expect(page.contains("Only those of account"))
            #expect(page.contains("href=\"/console/accounts/\(artist.account)\""))
        }
    }
}
