import Foundation
import TestSupport
import Testing

/// One library folder and the `atelier` commands in it.
struct Device: Sendable {
    let sandbox: Sandbox
    let name: String

    /// The library folder.
    var home: URL { sandbox.folder.appending(path: name) }

    /// Runs a command, however it ends.
    func run(_ arguments: String..., killedAt call: Int? = nil) async throws -> Outcome {
        try await Program.run(
            Programs.client, arguments, home: home, in: sandbox.folder, killedAt: call)
    }

    /// Runs a command that must succeed.
    @discardableResult
    func must(_ arguments: String...) async throws -> Outcome {
        let done = try await Program.run(
            Programs.client, arguments, home: home, in: sandbox.folder)
        try #require(done.status == 0, "\(done)")
        return done
    }

    /// Runs a command that reads `input` and must succeed.
    @discardableResult
    func must(_ arguments: String..., input: String) async throws -> Outcome {
        let file = try sandbox.file("input-\(name)", Array(input.utf8))
        let done = try await Program.run(
            Programs.client, arguments, home: home, in: sandbox.folder, input: file)
        try #require(done.status == 0, "\(done)")
        return done
    }

    /// Generates 64 by 64 pixels with the model `m`.
    func generate(seed: Int, killedAt call: Int? = nil) async throws -> Outcome {
        try await run(
            "generate", "--model", "m", "--seed", String(seed), "--size", "64x64",
            killedAt: call)
    }

    /// What SQLite itself says of the database.
    func integrity() async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "sqlite3", home.appending(path: "library.sqlite").path, "PRAGMA integrity_check",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.start()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}
