import AtelierServer
import CreditLedger
import Foundation
import TestSupport
import Testing

/// The file `atelier-server.toml`.
struct PolicyFileTests {
    // Goal: what is shown is what can be read: every key, with the value it had.
    @Test func whatIsShownCanBeRead() throws {
        let folder = try TemporaryFolder()
        var settings = ServerSettings()
        try settings.set("appeal", by: "", "mail \"us\" at\\home\tor\nhere # now")
        try settings.set("credits.free", by: "", 7)
        try settings.set("metrics_listen", by: "", "[::1]:9187")
        let file = folder.url.appending(path: "policy.toml")
        try Data(settings.text.utf8).write(to: file)
        let read = try ServerSettings(file: file)
        #expect(read.text == settings.text)
        #expect(read.policy.appeal == settings.policy.appeal)
        #expect(read.policy.ledger.freeCredits == 7)
        #expect(read.serve.metrics?.host == "::1")
    }

    // Goal: tables, comments, spaces and TOML's ways of writing numbers are read.
    @Test func aFileIsRead() throws {
        let settings = try Self.read(
            """
            # The hall
              listen = "0.0.0.0:443"   # everybody

            log_format="json"
            [credits]
            free = 3
            lease_days = +14
            [ limits ]
            watchers = 20_000
            """)
        #expect(settings.serve.address == .init(host: "0.0.0.0", port: 443))
        #expect(settings.logFormat == .json)
        #expect(settings.policy.ledger.freeCredits == 3)
        #expect(settings.policy.ledger.lease == .seconds(14 * 86_400))
        #expect(settings.policy.watchers == 20_000)
        #expect(settings.policy.segmentsPerMinute == ServerPolicy().segmentsPerMinute)
    }

    // Goal: what cannot be meant is refused, with its line and key.
    @Test(arguments: [
        ("\nfree = 3", 2, "free"), ("[credits]\nfrei = 3", 2, "credits.frei"),
        ("[credits]\nfree = 1001", 2, "credits.free"), ("[credits]\nfree = -1", 2, "credits.free"),
        ("[credits]\nfree = \"3\"", 2, "credits.free"), ("[credits]\nfree = 03", 2, "credits.free"),
        ("[credits]\nfree = 3 4", 2, "credits.free"), ("[credits]\nfree 3", 2, "credits.free"),
        ("[credits]\nfree = 3\n\nfree = 3", 4, "credits.free"), ("listen = 80", 1, "listen"),
        ("listen = \"nowhere\"", 1, "listen"), ("listen = \"a:1", 1, "listen"),
        ("appeal = \"\\q\"", 1, "appeal"), ("log_level = \"loud\"", 1, "log_level"),
        ("[credits", 1, ""), ("= 3", 1, ""), ("[credits]\nfree = 1e3", 2, "credits.free"),
        ("[credits]\nfree = 1__0", 2, "credits.free"), ("[credits]\nfree = []", 2, "credits.free"),
        ("[credits]\nfree = 99999999999999999999", 2, "credits.free"),
    ])
    func whatCannotBeMeantIsRefused(text: String, line: Int, key: String) {
        #expect {
            try Self.read(text)
        } throws: { error in
            let words = "\(error)"
            return words.contains("line \(line):") && (key.isEmpty || words.contains(key))
        }
    }

    // Goal: the program reads the file in its folder, the command line has the last word, and what
    // is refused ends it with 64 and the line.
    @Test func theProgramReadsIt() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "atelier-server.toml")
        let command = [
            try Programs.url(Programs.server).path, "serve", "--data", folder.url.path,
            "--print-config",
        ]
        try Data("log_level = \"error\"\n[credits]\nfree = 5\n".utf8).write(to: file)
        let shown = try Shell.run(command + ["--lease-days", "9", "--log-level", "debug"])
        for line in ["free = 5", "lease_days = 9", "log_level = \"debug\"", "grace_days = 3"] {
            #expect(shown.contains("\n\(line)\n"), "\(line) in \(shown)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("server.sqlite")))
        _ = try Shell.run(command + ["--free-credits", "1001"], expecting: 64)
        try Data("[credits]\nfreee = 5\n".utf8).write(to: file)
        let refused = try Shell.run(command, expecting: 64)
        #expect(refused.contains("line 2: credits.freee is unknown"), "\(refused)")
        // Every command reads it.
        let list = [
            try Programs.url(Programs.server).path, "invite", "list", "--data", folder.url.path,
        ]
        _ = try Shell.run(list, expecting: 64)
    }

    private static func read(_ text: String) throws -> ServerSettings {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "policy.toml")
        try Data(text.utf8).write(to: file)
        return try ServerSettings(file: file)
    }
}
