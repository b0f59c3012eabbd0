import Foundation
import Simulation

/// What the command line asks for.
struct Options: Sendable {
    /// A word that was not understood.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    static let usage = """
        Usage: Scripts/simulate [--seed N] [--runs M] [--jobs J] [--steps K] [--without TROUBLE]…

          --seed N     the first run's seed; the next run has the next number (1)
          --runs M     how many runs (1000)
          --jobs J     how many processes share them (as many as there are processors)
          --steps K    how many steps each (30)
          --without T  leaves a trouble out: \(Trouble.allCases.map(\.rawValue)
            .joined(separator: ", "))
          --trace      prints every step of every run to standard error
        """

    private(set) var seed: UInt64 = 1
    private(set) var runs = 1000
    private(set) var jobs = ProcessInfo.processInfo.activeProcessorCount
    private(set) var steps = 30
    private(set) var allowed = Set(Trouble.allCases)
    private(set) var traces = false
    private(set) var wantsHelp = false

    /// The same runs as `jobs` parts with seeds side by side, each a command line of its own.
    var parts: [[String]] {
        let count = min(jobs, runs)
        return (0..<count).map { part in
            let (first, end) = (runs * part / count, runs * (part + 1) / count)
            return [
                "--seed", "\(seed &+ UInt64(first))", "--runs", "\(end - first)", "--jobs", "1",
                "--steps", "\(steps)",
            ] + without.split(separator: " ").map(String.init) + (traces ? ["--trace"] : [])
        }
    }

    /// What leaves out the same troubles.
    var without: String {
        Trouble.allCases.filter { !allowed.contains($0) }.map { " --without \($0.rawValue)" }
            .joined()
    }

    init(_ words: some Sequence<String>) throws {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            switch word {
            case "--seed": seed = UInt64(try Self.number(after: word, in: &words))
            case "--runs": runs = try Self.number(after: word, in: &words)
            case "--jobs": jobs = max(1, try Self.number(after: word, in: &words))
            case "--steps": steps = try Self.number(after: word, in: &words)
            case "--trace": traces = true
            case "--help", "-h": wantsHelp = true
            case "--without":
                guard let name = words.popFirst(), let trouble = Trouble(rawValue: name) else {
                    throw Mistake(description: "--without needs the name of a trouble")
                }
                allowed.remove(trouble)
            default: throw Mistake(description: "'\(word)' is not understood")
            }
        }
    }

    private static func number(
        after word: String, in words: inout ArraySlice<String>
    ) throws -> Int {
        guard let text = words.popFirst(), let number = Int(text), number >= 0 else {
            throw Mistake(description: "\(word) needs a number")
        }
        return number
    }
}
