import Foundation
import TestSupport

/// Runs one of the programs to its end.
enum Program {
    /// Runs it with its output going to files, so that no full pipe can stop it.
    ///
    /// - Parameters:
    ///   - killedAt: At which of its calls it is killed with signal 9, see ``KillSwitch``.
    ///   - input: A file that it reads as its standard input.
    static func run(
        _ name: String, _ arguments: [String], home: URL? = nil, in folder: URL,
        killedAt call: Int? = nil, input: URL? = nil
    ) async throws -> Outcome {
        let killing = call.map { KillSwitch.command(at: $0) } ?? []
        let words = killing + [try Programs.url(name).path] + arguments
        return try await run(
            command: words, shown: ([name] + arguments).joined(separator: " "), home: home,
            in: folder, input: input)
    }

    /// Runs any command to its end.
    ///
    /// - Parameter shown: What it is called where something is wrong.
    static func run(
        command words: [String], shown: String, home: URL?, in folder: URL, input: URL? = nil
    ) async throws -> Outcome {
        let output = folder.appending(path: "\(UUID()).out")
        let errors = folder.appending(path: "\(UUID()).err")
        defer {
            try? FileManager.default.removeItem(at: output)
            try? FileManager.default.removeItem(at: errors)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder
        process.environment = Programs.environment(home: home)
        let given = try input.map { try FileHandle(forReadingFrom: $0) }
        let taken = try [handle(output), handle(errors)]
        // Left to their end of life they pile up: with over 1,300 descriptors Foundation reads
        // beyond the list of them when it starts the next program.
        defer { for handle in taken + [given].compactMap({ $0 }) { try? handle.close() } }
        process.standardInput = given ?? FileHandle.nullDevice
        process.standardOutput = taken[0]
        process.standardError = taken[1]
        try await end(of: process)
        let bySignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            command: shown,
            status: (bySignal ? 128 : 0) + process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    private static func handle(_ file: URL) throws -> FileHandle {
        try Data().write(to: file)
        return try FileHandle(forWritingTo: file)
    }

    private static func end(of process: Process) async throws {
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do {
                try process.start()
            } catch {
                process.terminationHandler = nil
                ended.resume(throwing: error)
            }
        }
    }
}
