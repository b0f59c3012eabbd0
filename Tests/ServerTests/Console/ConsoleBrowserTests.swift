import Foundation
import TestSupport
import Testing

/// The console in a real browser with a virtual authenticator: Debian's Chromium, driven by the
/// scripts of Tests/Browser.
@Suite("The console in a browser", .serialized)
struct ConsoleBrowserTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static var browserIsThere: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    // Goal: a moderator gets in, acts, and is let go, as they would by hand; every page holds in
    // each language, theme and width.
    @Test(
        .enabled(if: browserIsThere, "Scripts/setup installs Chromium and its driver"),
        arguments: [
            "console_access.py", "console_pages.py", "console_news.py", "public_pages.py",
            "public_rights.py", "public_verify.py",
        ])
    func everyPage(_ script: String) throws {
        try Self.run(script)
    }

    // Goal: pages hear of other programs where the database is PostgreSQL, too.
    @Test(.enabled(if: browserIsThere, "Scripts/setup installs Chromium and its driver"))
    func newsOverPostgreSQL() throws {
        let cluster = try PostgresCluster()
        try Self.run("console_news.py", database: try cluster.database("atelier"))
    }

    private static func run(_ script: String, database: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            "-B", root.appending(path: "Tests/Browser/\(script)").path(percentEncoded: false),
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["CONSOLE_DATABASE"] = database
        process.environment = environment
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.start()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text.suffix(4_000))")
    }
}
