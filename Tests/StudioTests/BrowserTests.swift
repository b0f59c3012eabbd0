import Foundation
import TestSupport
import Testing

/// The page in a real browser: Debian's Chromium, driven by the scripts of Tests/Browser.
@Suite("The page in a browser", .serialized)
struct BrowserTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static var browserIsThere: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    @Test(
        "Each room's main path",
        .enabled(if: browserIsThere, "Scripts/setup installs Chromium and its driver"),
        arguments: [
            "start_room.py", "works_room.py", "sketch_pad.py", "make_room.py", "account_room.py",
            "keyboard.py", "many_works.py", "batch.py", "figure_marks.py", "states.py",
            "all_rooms.py",
        ])
    func room(_ script: String) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            "-B", Self.root.appending(path: "Tests/Browser/\(script)").path(percentEncoded: false),
        ]
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
