import Foundation
import TestSupport
import Testing

@Suite struct UsageTests {
    // Goal: wrong usage ends with 64 and says how it is done, and touches nothing.
    // Method: garbage for both programs in an empty folder, which stays empty.
    @Test(arguments: [
        ["fly"], ["works", "add", "--mine"], ["works", "list", "--no-such-flag"],
        ["generate"], ["generate", "--model", "m", "--seed", "-1"],
        ["generate", "--model", "m", "--size", "64by64"], ["join"], ["devices", "approve"],
        ["works", "add", "a.png"], ["works", "add", "a.png", "--mine", "--licensed", "yes"],
        [String(repeating: "x", count: 100_000)],
    ])
    func wrongUsageOfTheClientEndsWith64(arguments: [String]) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        let done = try await Program.run(
            Programs.client, arguments, home: device.home, in: sandbox.folder)
        #expect(done.status == 64, "\(done)")
        #expect(done.output.isEmpty && !done.errors.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: device.home.path))
    }

    @Test(arguments: [
        ["fly"], ["serve", "--listen", "nowhere"], ["accounts", "suspend"],
        ["credits", "grant", "nobody", "many", "--reason", "x"],
        ["invite", "create", "--count", "0"],
    ])
    func wrongUsageOfTheServerEndsWith64(arguments: [String]) async throws {
        let sandbox = try Sandbox()
        let data = arguments == ["fly"] ? [] : ["--data", sandbox.data.path]
        let done = try await Program.run(Programs.server, arguments + data, in: sandbox.folder)
        #expect(done.status == 64, "\(done)")
        #expect(done.output.isEmpty && !done.errors.isEmpty)
    }

    // Goal: a folder that is no library is told apart from an empty library.
    // Method: reading and writing commands where nothing was ever made.
    @Test(arguments: [
        ["works", "list"], ["models", "list"], ["generations", "list"], ["credits"], ["status"],
        ["sync"], ["generate", "--model", "m"], ["generate", "--resume"],
        ["join", "http://127.0.0.1:1", "--invite", Self.someInvite],
    ])
    func withoutALibraryEveryCommandEndsWith73(arguments: [String]) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        let done = try await Program.run(
            Programs.client, arguments, home: device.home, in: sandbox.folder)
        #expect(done.status == 73, "\(done)")
        #expect(done.errors.contains("atelier init"))
        #expect(!FileManager.default.fileExists(atPath: device.home.path))
    }

    // Goal: a folder that cannot be made ends with 73, one that is a library already is kept.
    // Method: a home below a file; init twice.
    @Test func initNeedsAFolderOfItsOwn() async throws {
        let sandbox = try Sandbox()
        _ = try sandbox.file("file", [1])
        let below = try await sandbox.device("file/below").run("init")
        #expect(below.status == 73, "\(below)")
        let device = sandbox.device("a")
        try await device.must("init")
        let account = try await device.must("status", "--json").output
        #expect(try await device.run("init").status == 73)
        #expect(try await device.must("status", "--json").output == account)
    }

    // Goal: no database that is something else, and no half file, stops a command with a crash.
    // Method: library.sqlite replaced by garbage, by nothing and by its own first half.
    @Test(arguments: ["garbage", "empty", "half"])
    func aDamagedLibraryIsReportedNotCrashedOn(kind: String) async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        try await device.must("works", "add", try sandbox.picture(1).path, "--mine")
        let file = device.home.appending(path: "library.sqlite")
        let whole = try Data(contentsOf: file)
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: file.path + suffix)
        }
        switch kind {
        case "garbage": try Data(repeating: 0x5A, count: 8192).write(to: file)
        case "empty": try Data().write(to: file)
        default: try whole.prefix(whole.count / 2).write(to: file)
        }
        let done = try await device.run("works", "list")
        #expect(done.status != 0 || kind != "garbage", "\(done)")
        #expect(done.status < 128, "\(done)")
    }

    // Goal: trouble with the database is told in words, without statements.
    // Method: library.sqlite is a folder.
    @Test func aDatabaseThatCannotBeOpenedEndsWith73() async throws {
        let sandbox = try Sandbox()
        let device = sandbox.device("a")
        try await device.must("init")
        let file = device.home.appending(path: "library.sqlite")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        let done = try await device.run("works", "list")
        #expect(done.status == 73 && done.errors.contains("Check the rights"), "\(done)")
        #expect(!done.errors.contains("SELECT"), "\(done)")
    }

    // Goal: an address that is none ends with 64, and its password is not shown.
    @Test func aDatabaseAddressThatIsNoneEndsWith64() async throws {
        let sandbox = try Sandbox()
        let done = try await Program.run(
            Programs.server,
            [
                "serve", "--listen", "127.0.0.1:0", "--data", sandbox.data.path,
                "--database", "mysql://atelier:hidden@db/atelier",
            ], in: sandbox.folder)
        #expect(done.status == 64 && done.errors.contains("--database"), "\(done)")
        #expect(!done.errors.contains("hidden"), "\(done)")
    }

    // Goal: a file that is no backup is not taken for one of another kind.
    @Test(arguments: [[], ["--database", "postgres://nobody@127.0.0.1:1/none"]])
    func whatIsNoBackupIsRefused(options: [String]) async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.file("picture.png", Array("\u{89}PNG, no backup".utf8))
        let done = try await Program.run(
            Programs.server, ["restore", file.path, "--data", sandbox.data.path] + options,
            in: sandbox.folder)
        #expect(done.status == 1 && done.errors.contains("no whole backup"), "\(done)")
        #expect(!FileManager.default.fileExists(atPath: sandbox.data.path))
    }

    // Goal: both programs tell their version.
    @Test(arguments: [Programs.client, Programs.server])
    func theVersionIsTold(program: String) async throws {
        let sandbox = try Sandbox()
        let done = try await Program.run(program, ["--version"], in: sandbox.folder)
        #expect(done.status == 0 && done.output.split(separator: ".").count == 3, "\(done)")
    }

    static let someInvite = "ati1-" + String(repeating: "A", count: 43)
}
