package import Foundation

/// A folder that exists as long as this value is held.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let url: URL

    /// Makes an empty folder.
    package init() throws {
        url = FileManager.default.temporaryDirectory
            .appendingPathComponent("atelier-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// The path of `name` inside.
    package func path(_ name: String) -> String {
        url.appendingPathComponent(name).path
    }
}
