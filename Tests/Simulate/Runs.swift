import Foundation
import Simulation

/// The runs that the options ask for, one after another.
struct Runs {
    private let options: Options

    /// Only the first few failing runs of a kind are made short: that takes hundreds of runs each.
    private static let shrunkLimit = 2
    private static let progressEvery = 500

    init(_ options: Options) {
        self.options = options
    }

    /// Runs all; returns how many failed.
    func run() async -> Int {
        var failures: [Violation.Promise: Int] = [:]
        for number in 0..<options.runs {
            let outcome = await run(options.seed &+ UInt64(number))
            if let violation = outcome.violation {
                failures[violation.promise, default: 0] += 1
                let count = failures[violation.promise] ?? 0
                await report(outcome, violation, shrinks: count <= Self.shrunkLimit)
            }
            if (number + 1).isMultiple(of: Self.progressEvery) {
                let failed = failures.values.reduce(0, +)
                say(
                    "from \(options.seed): \(number + 1) of \(options.runs) runs, "
                        + "\(failed) failures")
            }
        }
        for (promise, count) in failures.sorted(by: { $0.value > $1.value }) {
            say("\(count) × \(promise.rawValue)")
        }
        return failures.values.reduce(0, +)
    }

    private func run(_ seed: UInt64) async -> ScriptRunner.Outcome {
        let script = Script(seed: seed, steps: options.steps, allowed: options.allowed)
        return await ScriptRunner.run(script, trace: options.traces ? { say($0) } : nil)
    }

    private func report(
        _ outcome: ScriptRunner.Outcome, _ violation: Violation, shrinks: Bool
    ) async {
        say("seed \(outcome.script.seed) failed: \(violation)")
        guard shrinks else { return }
        let shortest = await ScriptRunner.shrink(outcome)
        say(
            "shrunk from \(outcome.script.stepCount) steps to \(shortest.script.stepCount), "
                + "troubles: \(shortest.script.troubles.map(\.rawValue).sorted())")
        let last = await ScriptRunner.run(shortest.script) { say("  " + $0) }
        say(last.violation.map { "\($0)" } ?? "this time it did not fail: hashing is not seeded")
        say(
            "again: Scripts/simulate --seed \(outcome.script.seed) --runs 1"
                + " --steps \(options.steps)" + options.without)
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
