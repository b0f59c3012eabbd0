import Foundation

/// Runs a program and reads what it prints.
enum ChildProcess {
    /// A program that did not end well.
    struct Failure: Error, CustomStringConvertible {
        let program: String
        let status: Int32

        var description: String { "\(program) ended with status \(status)" }
    }

    /// The lines of figures that `program` prints; other lines are left out.
    static func lines(of program: String, _ arguments: [String]) throws -> [PhaseLine] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(program: program, status: process.terminationStatus)
        }
        let decoder = JSONDecoder()
        return try data.split(separator: UInt8(ascii: "\n"))
            .filter { $0.first == UInt8(ascii: "{") }
            .map { try decoder.decode(PhaseLine.self, from: $0) }
    }
}
