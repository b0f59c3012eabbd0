import TestSupport
import Testing

/// The console in a real browser with a virtual authenticator: Debian's Chromium, driven by the
/// scripts of Tests/Browser.
@Suite("The console in a browser", .serialized)
struct ConsoleBrowserTests {
    // Goal: a moderator gets in, acts, and is let go, as they would by hand; every page holds in
    // each language, theme and width.
    @Test(
        .enabled(if: BrowserScript.isPossible, "Scripts/setup installs Chromium and its driver"),
        arguments: [
            "console_access.py", "console_pages.py", "console_news.py", "public_pages.py",
            "public_rights.py", "public_verify.py",
        ])
    func everyPage(_ script: String) async {
        let failure = await BrowserScript.failure(of: script)
        #expect(failure == nil)
    }

    // Goal: pages hear of other programs where the database is PostgreSQL, too.
    @Test(
        .enabled(if: BrowserScript.isPossible, "Scripts/setup installs Chromium and its driver"))
    func newsOverPostgreSQL() async throws {
        let cluster = try PostgresCluster()
        let environment = ["CONSOLE_DATABASE=\(try cluster.database("atelier"))"]
        let failure = await BrowserScript.failure(
            of: "console_news.py", environment: environment)
        #expect(failure == nil)
    }
}
