import AtelierProtocol
import AtelierServer
import Foundation
import HTTPTypes
import HummingbirdTesting
import SignedObjects
import TestSupport
import Testing

@Suite(.onBothDatabases)
struct EvidenceTests {
    /// A server with a decided case, and its evidence.
    private static func exported(
        _ body: @escaping @Sendable (TestServer, _ file: URL) throws -> Void
    ) async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            let code = try await TestDevice.claim(picture, client)
            let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            _ = try await TestDevice.ask(
                .put, "/v1/rights/claims/\(code)/picture", client, body: png)
            try server.core.cases.decide(1, TestServer.verdict(.warn), as: "mia")
            var wallet = artist.wallet()
            _ = try await artist.contact(&wallet, client)
            let file = server.folder.url.appendingPathComponent("case.tar")
            let count = try server.core.evidence.export(1, to: file, as: "mia")
            #expect(count >= 7)
            try body(server, file)
        }
    }

    // Goal: the file holds the case, what both sides put forward, the orders, the audit log's part,
    // and is read back whole; tar reads it too.
    @Test func evidenceIsReadBack() async throws {
        try await Self.exported { server, file in
            let report = try server.core.evidence.verify(file)
            #expect(report.isSound && report.problems == [] && report.caseNumber == 1)
            let names = try Shell.run(["tar", "-tf", file.path]).split(separator: "\n")
                .map(String.init)
            #expect(names == report.files)
            for name in [
                "case.json", "claimant-claim.json", "claimant-picture.png",
                "respondent-registration.jws", "audit.json", "manifest.jws", "server.key.pub",
            ] { #expect(names.contains(name), "\(name)") }
            #expect(names.contains { $0.hasPrefix("orders-") })
            let folder = try TemporaryFolder()
            _ = try Shell.run(["tar", "-xf", file.path, "-C", folder.url.path])
            let orders = names.first { $0.hasPrefix("orders-") } ?? ""
            let text = try String(contentsOfFile: folder.path(orders), encoding: .utf8)
            #expect(text.split(separator: "\n").count == 2, "opened and decided")
            #expect(throws: ServerError.self, "never over a file") {
                try server.core.evidence.export(1, to: file, as: "mia")
            }
            #expect(throws: ServerError.notAllowed(name: "rae", needs: .moderator)) {
                try server.core.evidence.export(
                    1, to: file.appendingPathExtension("2"), as: "rae")
            }
        }
    }

    // Goal: no byte of a document can be changed, and none left out or added, unseen.
    // Method: every 97th byte of the file in turn; cuts; a document of another name.
    @Test func noByteIsChangedUnseen() async throws {
        try await Self.exported { server, file in
            let whole = [UInt8](try Data(contentsOf: file))
            let changed = file.appendingPathExtension("changed")
            var unseen: [Int] = []
            for place in stride(from: 0, to: whole.count - 1024, by: 97) {
                var bytes = whole
                bytes[place] ^= 1
                try Data(bytes).write(to: changed)
                let report = try? server.core.evidence.verify(changed)
                // What is between documents says nothing.
                if report?.isSound == true, whole[place] != 0 { unseen.append(place) }
            }
            // The copy of the key, at the end, is for readers who know it from elsewhere.
            #expect(unseen.allSatisfy { $0 >= whole.count - 1024 - 1024 }, "\(unseen)")
            for count in [0, 1, 511, 512, 600, whole.count / 2] {
                try Data(whole.prefix(count)).write(to: changed)
                let report = try? server.core.evidence.verify(changed)
                #expect(report?.isSound != true, "\(count) bytes")
            }
        }
    }

    // Goal: another server's evidence is not taken for this one's.
    @Test func anotherServersIsNotOurs() async throws {
        try await Self.exported { _, file in
            let report = try TestServer().core.evidence.verify(file)
            #expect(!report.isSound && !report.isSigned)
        }
    }
}

@Suite(.onBothDatabases)
struct ClosingTests {
    // Goal: a service ends with a report and a signed statement; what it stored is gone, receipts
    // stay, and nobody stores anything any more.
    @Test func aServiceEnds() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            let work = try await artist.register(picture, client)
            _ = try await artist.reserve([work], client)
            let code = try await TestDevice.claim(picture, client)
            let segment = artist.segment(1)
            #expect(try await artist.send(.post, "/v1/segments", segment, client).status == 200)
            #expect(try await TestDevice.ask(.get, "/v1/closure", client).problem == .notFound)
            let closing = server.core.closing
            let preview = try closing.preview(reason: "end", as: "ada")
            #expect(throws: ServerError.notAllowed(name: "mia", needs: .administrator)) {
                try closing.preview(reason: "end", as: "mia")
            }
            #expect(throws: ServerError.notAllowed(name: "mia", needs: .administrator)) {
                try closing.close(reason: "end", message: "", as: "mia")
            }
            #expect(try server.count("segment") == 1)

            let report = try closing.close(reason: "end", message: "Thank you.", as: "ada")
            let reply = try await TestDevice.ask(.get, "/v1/closure", client)
            let statement = try JWS<ServiceClosure>(
                verifying: try reply.decode(ClosureReply.self).statement,
                with: server.core.publicKey)
            #expect(statement == report.statement)
            #expect(statement.payload.segments == 1 && statement.payload.registrations == 1)
            #expect(statement.payload.rights == 2 && preview.rights == 2)
            #expect(statement.payload.report == Digest(of: report.report))
            for table in ["segment", "work_registration", "fingerprint", "reservation", "claim"] {
                #expect(try server.count(table) == 0, "\(table)")
            }
            #expect(try !server.database.contents.contains("ada@example.org"))
            #expect(report.leftover == nil)
            if TestDatabase.kind == .sqlite {
                let kept = try ["", "-wal"].map { end in
                    try Data(
                        contentsOf: server.folder.url.appendingPathComponent("server.sqlite" + end))
                }
                for gone in [Data(segment), Data("ada@example.org".utf8)] {
                    #expect(kept.allSatisfy { $0.range(of: gone) == nil })
                }
                #expect(try server.database.run("PRAGMA freelist_count") == "0")
            }
            let push = try await artist.send(.post, "/v1/segments", artist.segment(2), client)
            #expect(push.problem == .serviceClosed && push.status == 403)
            let other = TestDevice(of: server)
            let invite = InviteSecret(checked: [UInt8](repeating: 1, count: 16))
            #expect(try await other.join(client, invite: invite).problem == .serviceClosed)
            let inquiry = InquiryRequest(reading: picture.reading)
            let asked = try await TestDevice.ask("/v1/rights/inquiries", inquiry, client)
            #expect(asked.problem == .serviceClosed)
            let claim = try await TestDevice.ask(.get, "/v1/rights/claims/\(code)", client)
            #expect(claim.problem == .notFound)
            #expect(throws: ServerError.self) {
                try closing.close(reason: "end", message: "", as: "ada")
            }
            let again = try closing.finished(as: "ada")
            #expect(again?.statement == statement && again?.report == report.report)
            #expect(throws: ServerError.self) {
                try server.core.moderation.resumeService(actor: "a")
            }
            #expect(try server.core.audit.verify().holds)
        }
    }
}

/// The commands, as moderators use them in a shell.
struct CaseCommandTests {
    private func run(_ server: TestServer, _ words: [String], expecting status: Int32 = 0) throws
        -> String
    {
        try Shell.run(
            [try Programs.url(Programs.server).path] + words + ["--data", server.folder.url.path],
            expecting: status)
    }

    // Goal: what the commands say is true, whole, and names who is on both sides.
    @Test func commandsSayWhatIs() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            _ = try await TestDevice.claim(picture, client)
            _ = try await TestDevice.hold([picture], client)
            let list = try self.run(server, ["cases", "list"])
            #expect(list.contains("1  open  claim  a moderator's turn since "))
            #expect(
                list.contains(
                    "claim 1 without an account against registration 1 of \(artist.account)"))
            let words = ["--code", "not-own-work", "--text", "Theirs.", "--as"]
            let withhold = ["cases", "decide", "1", "--act", "withhold-work"] + words + ["mia"]
            let dry = try self.run(server, withhold + ["--dry-run"])
            #expect(dry.contains("0 receipts so far would say"))
            _ = try self.run(server, withhold)
            let appeal = try await artist.post(
                "/v1/cases/1/appeals", CaseWords(text: "No!"), client)
            #expect(appeal.status == 200)
            let appeals = try self.run(server, ["appeals", "list"])
            #expect(appeals.contains("another moderator's turn since "))
            #expect(appeals.contains("withhold-work by mia"))
            let settled = try self.run(
                server, ["appeals", "decide", "1", "--act", "dismiss"] + words + ["max"])
            #expect(settled.contains("lifted: withhold-work of account \(artist.account)"))
            #expect(settled.contains("can neither be appealed against nor undone"))
            #expect(!settled.contains("cases undo"))
            let shown = try self.run(server, ["cases", "show", "1"])
            #expect(!shown.contains("can decide") && !shown.contains(" \n"))
            #expect(shown.contains("claimant opened it"))
            #expect(try self.run(server, ["rights", "list"]).contains(" 1 final"))
            #expect(
                try self.run(server, ["rights", "show", "1"]).contains("statement  I drew it."))
            let held = try self.run(server, ["reservations", "list"])
            #expect(held.contains("holder 1: holder@example.org, https://ada.example"))
            #expect(held.contains("case 2, open"))
            #expect(
                try self.run(server, ["cases", "show", "2"]).contains(
                    "contact     holder 1: holder@example.org"))
            _ = try self.run(
                server, ["reservations", "confirm", "1", "--as", "mia"], expecting: 64)
            #expect(
                try self.run(
                    server, ["reservations", "refuse", "--holder", "1", "--as", "mia"]
                ).contains("1 reservation refused"))
        }
    }

    // Goal: all of it from the shell: see, preview, decide, refuse who may not, undo, settle.
    @Test func casesFromTheShell() async throws {
        try await TestServer.moderated { server, client in
            let artist = try await TestDevice.joined(to: server, client)
            let picture = try TestPicture(seed: 1)
            _ = try await artist.register(picture, client)
            _ = try await TestDevice.claim(picture, client)
            #expect(try self.run(server, ["cases", "list"]).contains("1  open  claim"))
            let shown = try self.run(server, ["cases", "show", "1"])
            #expect(shown.contains("contact     claim 1: ada@example.org"))
            #expect(shown.contains("distance    0 of 256 bits"))
            let decide = [
                "cases", "decide", "1", "--act", "suspend", "--code", "not-own-work", "--text",
                "It is theirs.", "--as",
            ]
            let dry = try self.run(server, decide + ["mia", "--dry-run"])
            #expect(dry.contains("would do this") && dry.contains("nothing was changed"))
            _ = try self.run(server, decide + ["rae"], expecting: 77)
            _ = try self.run(server, decide + ["nobody"], expecting: 1)
            #expect(try self.run(server, decide + ["mia"]).contains("gets no leases"))
            _ = try self.run(server, decide + ["max"], expecting: 77)
            _ = try self.run(server, ["cases", "undo", "1", "--text", "Sorry.", "--as", "max"])
            _ = try self.run(server, decide + ["mia"])
            let appeal = try await artist.post(
                "/v1/cases/1/appeals", CaseWords(text: "No!"), client)
            #expect(appeal.status == 200)
            #expect(try self.run(server, ["appeals", "list"]).contains("1  appealed  claim"))
            let settle = ["appeals", "decide", "1", "--uphold", "--text", "It stays.", "--as"]
            _ = try self.run(server, settle + ["mia"], expecting: 77)
            _ = try self.run(server, settle + ["max"])
            let report = try self.run(
                server, ["report", "--from", "2000-01-01", "--to", "2200-01-01"])
            #expect(report.contains("settled at the decider's login 1"))
            #expect(
                try self.run(server, ["cases", "show", "1"]).contains("max (operator "))
            let json = try self.run(server, ["cases", "show", "1", "--json"])
            #expect(json.contains(#""state" : "decided""#))
            let file = server.folder.path("evidence.tar")
            _ = try self.run(server, ["cases", "export", "1", "--out", file, "--as", "mia"])
            let read = try self.run(server, ["cases", "export", "--verify", file])
            #expect(read.contains("every file is as it was signed"))
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: file))
            _ = try self.run(server, ["cases", "export", "--verify", file], expecting: 64)
            #expect(try self.run(server, ["rights", "list"]).contains("ada@example.org"))
            let reservations = try self.run(server, ["reservations", "list", "--json"])
            #expect(reservations.contains(#""serial" : 0"#))
        }
    }
}
