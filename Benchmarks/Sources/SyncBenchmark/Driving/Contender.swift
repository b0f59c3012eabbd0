import Foundation
import SyncEngines
import Workload

/// Something that runs the workload in a process of its own and prints lines of figures.
enum Contender {
    /// An engine of this program.
    case engine(EngineKind)
    /// An engine of the C program with the same workload.
    case floor(String)
    /// A library that the floor's Python script runs.
    case peer(String)

    static let peers = ["pycrdt", "loro"]

    /// Finds what `name` means.
    init(named name: String) throws {
        if let kind = EngineKind(rawValue: name) {
            self = .engine(kind)
        } else if name.hasPrefix("c_") {
            self = .floor(String(name.dropFirst(2)))
        } else if Self.peers.contains(name) {
            self = .peer(name)
        } else {
            throw BenchmarkOptions.Mistake(description: "there is no engine '\(name)'")
        }
    }

    /// The name in the report.
    var name: String {
        switch self {
        case .engine(let kind): kind.rawValue
        case .floor(let name): "c_\(name)"
        case .peer(let name): name
        }
    }

    /// Runs the workload once in `folder`, which is empty.
    func run(_ options: BenchmarkOptions, in folder: String) throws -> [PhaseLine] {
        switch self {
        case .engine(let kind):
            let program = try FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/exe")
            return try ChildProcess.lines(
                of: program, options.arguments(for: kind, in: folder))
        case .floor(let name):
            guard let program = options.floorProgram else {
                throw BenchmarkOptions.Mistake(description: "c_\(name) needs --floor PATH")
            }
            return try ChildProcess.lines(
                of: program,
                [
                    name, "--dir", folder, "--ids", options.identifiers.rawValue, "--sync",
                    options.durability.rawValue.uppercased(),
                ])
        case .peer(let name):
            guard let python = options.python, let script = options.peerScript else {
                throw BenchmarkOptions.Mistake(
                    description: "\(name) needs --peers and --floor PATH")
            }
            return try ChildProcess.lines(of: python, [script, name, "--dir", folder])
        }
    }
}
