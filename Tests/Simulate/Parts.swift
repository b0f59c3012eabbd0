import Foundation

/// The runs that the options ask for, shared among processes: two runs in one process wait for each
/// other, in SQLite's and in the system's memory management.
struct Parts {
    /// A part ended otherwise than by its last line.
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    /// Runs all; returns how many failed.
    func run() throws -> Int {
        let parts = try options.parts.map(start)
        return try parts.reduce(0) { try $0 + failures(of: $1) }
    }

    private func start(_ arguments: [String]) throws -> (Process, Pipe) {
        let (process, output) = (Process(), Pipe())
        process.executableURL = Bundle.main.executableURL
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        return (process, output)
    }

    private func failures(of part: (process: Process, output: Pipe)) throws -> Int {
        let text = String(
            decoding: part.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        part.process.waitUntilExit()
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 5, words[0] == "simulate:", let failures = Int(words[3]) else {
            throw Failure(
                description: "a part of the runs ended with exit code "
                    + "\(part.process.terminationStatus) and no result")
        }
        return failures
    }
}
