import SyncEngines
import Workload

/// What was asked for on the command line.
struct BenchmarkOptions {
    /// A command line that says nothing sensible.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    var engines = ["synckit", "synckit_grdb", "grdb"]
    var repetitions = 5
    var phases = Phase.standard
    var rowCount = SyncWorkload.standardRowCount
    var identifiers = IdentifierKind.v4
    var durability = Durability.normal
    var printsJSON = false
    var checksOnly = false
    var showsHelp = false
    /// The C program that runs the same workload, and the Python that runs it on other engines.
    var floorProgram: String?
    var python: String?
    var peerScript: String?
    /// Where databases are made; the system's temporary folder without.
    var folder: String?
    /// Set in a process that runs one engine once.
    var singleEngine: EngineKind?

    /// Reads the arguments after the program's name.
    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if try takeFlag(argument) { continue }
            guard let value = rest.popFirst() else {
                throw Mistake(description: "'\(argument)' is unknown or lacks its value")
            }
            try take(argument, value)
        }
    }

    /// The arguments for a process that runs `engine` once in `folder`.
    func arguments(for engine: EngineKind, in folder: String) -> [String] {
        [
            "--single", engine.rawValue, "--folder", folder, "--scale", "\(rowCount)",
            "--ids", identifiers.rawValue, "--durability", durability.rawValue,
            "--phases", phases.map(\.rawValue).joined(separator: ","),
        ]
    }

    private mutating func takeFlag(_ argument: String) throws -> Bool {
        switch argument {
        case "--json": printsJSON = true
        case "--check": checksOnly = true
        case "--help", "-h": showsHelp = true
        default: return false
        }
        return true
    }

    private mutating func take(_ argument: String, _ value: String) throws {
        switch argument {
        case "--engines": engines = value.split(separator: ",").map(String.init)
        case "--reps": repetitions = try Self.number(value, of: argument)
        case "--scale": rowCount = try Self.number(value, of: argument)
        case "--phases":
            phases = Set(try value.split(separator: ",").map { try Self.named(String($0)) })
        case "--ids": identifiers = try Self.named(value)
        case "--durability": durability = try Self.named(value)
        case "--single": singleEngine = try Self.named(value)
        case "--floor-program": floorProgram = value
        case "--python": python = value
        case "--peer-script": peerScript = value
        case "--folder": folder = value
        default: throw Mistake(description: "'\(argument)' is unknown")
        }
        guard repetitions > 0, rowCount > 0, rowCount.isMultiple(of: 10_000) else {
            throw Mistake(
                description: "--reps is at least 1; --scale goes in steps of 10000 rows")
        }
    }

    private static func number(_ text: String, of argument: String) throws -> Int {
        guard let number = Int(text) else {
            throw Mistake(description: "'\(text)' is not a number for \(argument)")
        }
        return number
    }

    private static func named<Choice: RawRepresentable & CaseIterable>(
        _ name: String
    ) throws -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: name) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake(description: "'\(name)' is none of: \(choices)")
        }
        return choice
    }
}
