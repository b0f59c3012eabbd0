package import Foundation
import Synchronization

/// Runs other programs, as an artist with a terminal would.
package enum Shell {
    /// A program ended otherwise than expected.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs `sql` in the `sqlite3` shell and returns what it printed, errors included.
    @discardableResult
    package static func sqlite(
        _ path: String, _ sql: String, expecting status: Int32 = 0
    ) throws -> String {
        try run(["sqlite3", "-batch", "-bail", path, sql], expecting: status)
    }

    /// Whether a program is on the path.
    package static func has(_ program: String) -> Bool {
        (try? run(["which", program])) != nil
    }

    /// Runs a program and returns what it printed, errors included.
    @discardableResult
    package static func run(_ command: [String], expecting status: Int32 = 0) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.start()
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == status else {
            let program = command.first ?? "nothing"
            throw Failure(
                description: "\(program) ended with \(process.terminationStatus): \(text)")
        }
        return text
    }
}

extension Process {
    private static let starting = Mutex(())

    /// Starts the program, one at a time: Foundation's `run` has crashed where many tests started
    /// programs at once.
    package func start() throws {
        try Self.starting.withLock { _ in try run() }
    }
}
