import Foundation
import Simulation

/// The runs that the options ask for, a few at a time.
struct Runs: Sendable {
    private let options: Options

    /// Only the first few failing runs of a kind are made short: that takes hundreds of runs each.
    private static let shrunkLimit = 2
    private static let progressEvery = 500

    init(_ options: Options) {
        self.options = options
    }

    /// Runs all; returns how many failed.
    func run() async -> Int {
        var failures = 0
        var failuresByPromise: [Violation.Promise: Int] = [:]
        var done = 0
        await withTaskGroup(of: ScriptRunner.Outcome.self) { group in
            var next = 0
            func start() {
                guard next < options.runs else { return }
                let seed = options.seed &+ UInt64(next)
                next += 1
                group.addTask { await run(seed) }
            }
            for _ in 0..<options.jobs { start() }
            while let outcome = await group.next() {
                done += 1
                if let violation = outcome.violation {
                    failures += 1
                    failuresByPromise[violation.promise, default: 0] += 1
                    let count = failuresByPromise[violation.promise] ?? 0
                    await report(outcome, violation, shrinks: count <= Self.shrunkLimit)
                }
                if done.isMultiple(of: Self.progressEvery) {
                    say("\(done) of \(options.runs) runs, \(failures) failures")
                }
                start()
            }
        }
        for (promise, count) in failuresByPromise.sorted(by: { $0.value > $1.value }) {
            say("\(count) × \(promise.rawValue)")
        }
        return failures
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
