import Foundation

/// A script of Tests/Browser, which drives Debian's Chromium.
package enum BrowserScript {
    /// Whether there is a browser; Scripts/setup installs one.
    package static var isPossible: Bool {
        ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    /// Runs a script to its end, which takes up to minutes, without holding one of the few threads
    /// on which all other tests wait for their turn.
    ///
    /// - Parameter environment: What the script is told besides.
    /// - Returns: What it printed last, where it failed; nil where all held.
    package static func failure(
        of script: String, environment: [String: String] = [:]
    ) async throws -> String? {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try run(script, environment) })
            }
        }
    }

    private static func run(_ script: String, _ environment: [String: String]) throws -> String? {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Browser/\(script)")
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-B", file.path(percentEncoded: false)]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.start()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? nil : String(text.suffix(4_000))
    }
}
