import Foundation
import TestSupport
import Testing

/// What files, tags and models are called.
@Suite struct NamesTests {
    // Goal: no name of a file stops the others. Method: names with an escape sequence, a newline, a
    // bidi override and nothing but controls, then an ordinary one; all become works.
    @Test func noNameStopsTheBatch() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        for number in 1...5 { _ = try sandbox.picture(number) }
        let done = try await Program.shell(
            #"""
            mv picture-1.png $'a\033[31m.png'; mv picture-2.png $'two\nlines.png'
            mv picture-3.png $'b\u202egnp.png'; mv picture-4.png $'\x01.png'
            "$atelier" works add $'a\033[31m.png' $'two\nlines.png' $'b\u202egnp.png' $'\x01.png' \
                picture-5.png --mine --json
            """#, device)
        #expect(done.status == 0, "\(done)")
        let works = try await device.must("works", "list", "--json").objects("works")
        #expect(
            works.map { $0["title"] as? String } == [
                "a [31m", "two lines", "b gnp", "untitled", "picture-5",
            ])
        let list = try await device.must("works", "list").output
        #expect(!list.contains("\u{1B}") && list.split(separator: "\n").count == 5, "\(list)")
    }

    // Goal: a file that cannot be taken is named, whatever its name holds, and the others go on.
    @Test func theRefusedFileIsNamed() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        _ = try sandbox.picture(1)
        let done = try await Program.shell(
            #"""
            printf 'no picture' >$'x\033[31m.png'
            "$atelier" works add $'x\033[31m.png' picture-1.png --mine
            """#, device)
        #expect(done.status == 1 && done.output.contains("picture-1"), "\(done)")
        #expect(done.errors.contains("x\u{FFFD}[31m.png"), "\(done)")
    }

    // Goal: texts that read the same are the same. Method: é composed and decomposed, as a tag, for
    // finding, training, taking off, and as a model's name; and a tag that SQL wrote decomposed.
    @Test func canonicallyEqualTextsAreEqual() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let picture = try sandbox.picture(1).path
        try await device.must("works", "add", picture, "--mine", "--tag", decomposed)
        let found = try await device.must("works", "list", "--tag", composed, "--json")
        let work = try #require(try found.objects("works").first, "\(found)")
        let tags = try #require(work["tags"] as? [String])
        #expect(tags.map { Array($0.utf8) } == [Array(composed.utf8)])
        let id = try #require(work["id"] as? String)
        try await device.must("models", "train", decomposed, "--tag", composed)
        try await device.must("models", "show", composed)
        let again = try await device.run("models", "train", composed, "--all")
        #expect(again.status == 1 && again.errors.contains("already"), "\(again)")
        try await device.must("works", "edit", id, "--untag", decomposed)
        let database = device.home.appending(path: "library.sqlite").path
        try Shell.sqlite(
            database, "INSERT INTO work_tags(work_id, tag) VALUES(x'\(id)', '\(decomposed)')")
        try await device.must("works", "edit", id, "--tag", composed)
        let listed = try await device.must("works", "list", "--tag", composed, "--json")
        #expect(try listed.objects("works").count == 1)
        try await device.must("works", "edit", id, "--untag", composed)
        let shown = try await device.must("works", "show", id, "--json").object()
        #expect((shown["tags"] as? [String])?.isEmpty == true, "\(shown)")
    }

    // Goal: a NUL that SQL wrote hides nothing, and an override of the reading order is not obeyed.
    @Test func sqlHidesNoText() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let picture = try sandbox.picture(1).path
        try await device.must("works", "add", picture, "--mine", "--title", "first")
        let database = device.home.appending(path: "library.sqlite").path
        try Shell.sqlite(
            database,
            "UPDATE works SET title = 'Heron' || char(0) || 'by Mallory' || char(0x202E) || 'x'")
        let list = try await device.must("works", "list").output
        #expect(list.contains("Heron\u{FFFD}by Mallory\u{FFFD}x"), "\(list)")
        #expect(!list.contains("\u{202E}") && !list.contains("\u{0}"))
        try Shell.sqlite(database, "INSERT INTO models(name) VALUES('mine' || char(0) || 'not')")
        #expect(try await device.must("models", "list").output.contains("mine\u{FFFD}not"))
        #expect(try await device.run("models", "show", "mine").status == 1)
    }

    // Goal: an exported list computes nothing, and exported files keep the words of their titles.
    // Method: titles that spreadsheets would take for formulas; Japanese, Arabic and accented ones,
    // with slashes and dots.
    @Test func anExportKeepsTheNames() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let titles = [
            "=1+2", "@SUM(A1)", "-2+3", "+49 170", "冬の鷺", "cafe\u{301}", "../../etc/مالك الحزين",
            "...",
        ]
        for (number, title) in titles.enumerated() {
            let picture = try sandbox.picture(number + 1).path
            try await device.must("works", "add", picture, "--mine", "--title=\(title)")
        }
        let plain = sandbox.folder.appending(path: "plain")
        try await device.must("export", plain.path)
        let csv = try String(
            contentsOf: plain.appending(path: "works.csv"), encoding: .utf8)
        let cells = csv.split(separator: "\r\n").dropFirst().compactMap {
            $0.split(separator: ",", omittingEmptySubsequences: false).dropFirst(2).first
        }
        #expect(cells.prefix(4) == ["'=1+2", "'@SUM(A1)", "'-2+3", "'+49 170"], "\(csv)")
        let names = try FileManager.default.contentsOfDirectory(
            atPath: plain.appending(path: "works").path)
        for start in ["1-2-", "冬の鷺-", "caf\u{E9}-", "etc-مالك-الحزين-", "untitled-"] {
            let isThere = names.contains { Array($0.utf8).starts(with: Array(start.utf8)) }
            #expect(isThere, "\(start) in \(names)")
        }
        #expect(names.count == titles.count)
    }
}
