package import Foundation

/// The built programs, which lie beside the test runner.
package enum Programs {
    /// The client.
    package static let client = "atelier"
    /// The server.
    package static let server = "atelier-server"

    /// Where a program is; throws words that say what to build.
    package static func url(_ name: String) throws -> URL {
        let runner = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let url = runner.deletingLastPathComponent().appending(path: name)
        guard FileManager.default.isExecutableFile(atPath: url.path) else {
            throw Missing(path: url.path)
        }
        return url
    }

    /// The caller's environment without what would lead a program elsewhere.
    package static func environment(home: URL?) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("ATELIER_")
        }
        environment["NO_COLOR"] = "1"
        environment["ATELIER_HOME"] = home?.path
        return environment
    }

    /// A program that was not built.
    package struct Missing: Error, CustomStringConvertible {
        let path: String
        package var description: String {
            "\(path) is not there. Run ./run-tests, which builds it."
        }
    }
}
