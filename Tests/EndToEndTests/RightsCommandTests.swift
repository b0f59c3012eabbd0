import Foundation
import TestSupport
import Testing

/// Rights at the command line: what is refused, what is written, what can be checked elsewhere.
@Suite("Rights at the command line")
struct RightsCommandTests {
    // Goal: a protected copy is refused by another library with 77, in words, unless it is said to
    // be one's own; the other files are added all the same. Method: two libraries, one server-less.
    @Test func aMarkedFileIsRefused() async throws {
        let sandbox = try Sandbox()
        let first = try await sandbox.libraryWithModel("first")
        let work = try await first.must("works", "list", "--json").object()
        let id = try #require(
            ((work["works"] as? [[String: Any]])?.first?["id"]) as? String, "\(work)")
        let out = sandbox.folder.appending(path: "web").path
        let copy = try await first.must("works", "protect", id, "--out", out).output
            .trimmingCharacters(in: .newlines)
        let second = sandbox.device("second")
        try await second.must("init", "--device-name", "second")
        let other = try sandbox.picture(5).path
        let refused = try await second.run("works", "add", copy, other, "--mine")
        #expect(refused.status == 77, "\(refused)")
        for words in ["no AI may be trained", "DMI-PROHIBITED-AIMLTRAINING", "--own-mark"] {
            #expect(refused.errors.contains(words), "\(refused)")
        }
        let listed = try await second.must("works", "list", "--json").object()
        #expect((listed["works"] as? [Any])?.count == 1)
        for wrong in [
            ["--licensed", "x", "--own-mark"], ["--mine", "--own-mark", "--mark-checked"],
        ] {
            let done = try await Program.run(
                Programs.client, ["works", "add", copy] + wrong, home: second.home,
                in: sandbox.folder)
            #expect(done.status == 64, "\(done)")
        }
        try await second.must("works", "add", copy, "--mine", "--own-mark", "--title", "own")
        let shown = try await second.must("works", "list", "--json").object()
        #expect((shown["works"] as? [Any])?.count == 2)
    }

    // Goal: a certificate is readable, and holds for anybody. Method: one library that never
    // joined; the file is checked in another folder, then with a changed letter.
    @Test func aCertificateHoldsElsewhere() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("only")
        let work = try await device.must("works", "list", "--json").object()
        let id = try #require(
            ((work["works"] as? [[String: Any]])?.first?["id"]) as? String, "\(work)")
        #expect(try await device.run("works", "certificate", id).status == 1)
        try await device.must("works", "remove", id, "--yes", "--now")
        let out = sandbox.folder.appending(path: "deletion.txt")
        let told = try await device.must("works", "certificate", id, "--out", out.path)
        #expect(told.output.contains("Done on only"), "\(told)")
        #expect(try await device.run("works", "certificate", id, "--out", out.path).status == 73)
        let stranger = sandbox.device("nobody")
        let checked = try await stranger.must("works", "certificate", "--check", out.path)
        #expect(checked.output == told.output)
        let text = String(decoding: try Data(contentsOf: out), as: UTF8.self)
        let end = try #require(text.lastIndex(of: "."))
        let changed = text[..<end] + ".AAAA" + text[text.index(end, offsetBy: 5)...]
        let damaged = try sandbox.file("damaged.txt", Array(changed.utf8))
        #expect(
            try await stranger.run("works", "certificate", "--check", damaged.path).status == 1)
    }

    // Goal: what needs an account says so; an unknown case is told.
    @Test func casesNeedAnAccount() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("alone")
        let none = try await device.must("cases", "list")
        #expect(none.errors.contains("No cases"))
        #expect(try await device.run("cases", "show", "3").status == 1)
        #expect(try await device.run("appeal", "3", "why").status == 77)
        #expect(try await device.run("works", "reserve", "--all").status == 77)
        #expect(try await device.run("works", "reserve").status == 64)
    }
}
