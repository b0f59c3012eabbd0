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
    /// - Parameter environment: What the script is told besides, each as `NAME=VALUE`.
    /// - Returns: What it printed last, where it failed; nil where all held.
    package static func failure(
        of script: String, environment: [String] = []
    ) async -> String? {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Browser/\(script)")
        let command =
            environment + ["/usr/bin/python3", "-B", file.path(percentEncoded: false)]
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do {
                    try Shell.run(command)
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: String("\(error)".suffix(4_000)))
                }
            }
        }
    }
}
