import Foundation
import TestSupport
import Testing

/// What is printed may not arrive.
@Suite struct OutputTests {
    // Goal: a result that did not arrive is no success. Method: every kind of print on a full and
    // on a closed standard output.
    @Test(arguments: [">/dev/full", ">&-"])
    func whatDidNotArriveEndsWith1(output: String) async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        for command in [
            "works list", "works list --json", "status", "models show m", "--help",
            "works add --help", "--version",
        ] {
            let done = try await Program.shell("\"$atelier\" \(command) \(output)", device)
            #expect(done.status == 1, "\(done)")
            #expect(done.errors.contains("standard output"), "\(done)")
        }
        #expect(try await device.must("doctor").output.hasPrefix("well"))
    }

    // Goal: no library whose phrase nobody saw. Method: init on outputs that take nothing, or the
    // first bytes alone; then init anew, in the same folder, as if nothing had been.
    @Test(arguments: [">/dev/full", ">&-", "| head -c 3 >/dev/null"])
    func initLosesNoPhrase(output: String) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        let script = #"{ "$atelier" init; echo $? >status; } "# + output
        for options in ["", " --json"] where !output.contains("head") || options.isEmpty {
            let line = script.replacing(" init;", with: " init\(options);")
            _ = try await Program.shell(line, device)
            let status = try String(
                contentsOf: sandbox.folder.appending(path: "status"), encoding: .utf8)
            // A pipe may have taken all before its reader went away: then the phrase was told.
            if output.contains("head"), status == "0\n" { return }
            #expect(status == "1\n", "\(output)\(options)")
            let key = device.home.appending(path: "keys/device.key").path
            #expect(!FileManager.default.fileExists(atPath: key))
            #expect(try await device.run("works", "list").status == 73)
        }
        let made = try await device.must("init")
        #expect(made.output.contains("24 "), "\(made)")
    }

    // Goal: a closed standard output or input does not let another file take its number.
    // Method: works are added with all three closed; the library is whole.
    @Test func closedStreamsHarmNothing() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        _ = try sandbox.picture(1)
        _ = try await Program.shell(
            #""$atelier" works add picture-1.png --mine <&- >&- 2>&-"#, device)
        #expect(try await device.must("doctor").output.hasPrefix("well"))
        #expect(try await device.integrity() == "ok")
        #expect(try await device.must("works", "list", "--json").objects("works").count == 1)
    }

    // Goal: a reader that has seen enough is no trouble worth words.
    @Test func aReaderThatGoesAwayIsNotComplainedOf() async throws {
        let sandbox = try Sandbox()
        let device = try await sandbox.libraryWithModel("a")
        let done = try await Program.shell(
            #""$atelier" models show m | true; echo ${PIPESTATUS[0]} >&2"#, device)
        #expect(["0\n", "1\n"].contains(done.errors), "\(done)")
    }

    // Goal: one long title does not push every row beyond the screen. Method: 247 letters, at 40
    // columns and where nobody watches; wide characters count twice.
    @Test func listsFitTheTerminal() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let titles = [
            String(repeating: "a", count: 247), "short", String(repeating: "冬", count: 60),
        ]
        for (number, title) in titles.enumerated() {
            let picture = try sandbox.picture(number + 1).path
            try await device.must("works", "add", picture, "--mine", "--title", title)
        }
        let narrow = try await Program.shell(
            #""$atelier" works list"#, device, variables: ["COLUMNS": "40"])
        let lines = narrow.output.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.count <= 40 }, "\(narrow)")
        #expect(lines.first?.contains("…") == true)
        let wide = lines.last.map { $0.count { $0 == "冬" } } ?? 0
        #expect((1...6).contains(wide), "\(narrow)")
        let free = try await device.must("works", "list")
        #expect(free.output.contains(titles[0]) && free.output.contains(titles[2]))
        let short = try #require(free.output.split(separator: "\n").first { $0.contains("short") })
        #expect(short.count < 100, "\(free)")
    }
}
