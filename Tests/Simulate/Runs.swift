import Foundation
import Simulation

/// The runs that the options ask for, a few at a time.
struct Runs: Sendable {
    private let options: Options

    /// Failing runs are made short for the first few only: that takes hundreds of runs each.
    private static let shrunkLimit = 3
    private static let progressEvery = 500

    init(_ options: Options) {
        self.options = options
    }

    /// Runs all; returns how many failed.
    func run() async -> Int {
        var failures = 0
        var done = 0
        await withTaskGroup(of: Simulation.Outcome.self) { group in
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
                if outcome.violation != nil {
                    failures += 1
                    await report(outcome, shrinks: failures <= Self.shrunkLimit)
                }
                if done.isMultiple(of: Self.progressEvery) {
                    say("\(done) of \(options.runs) runs, \(failures) failures")
                }
                start()
            }
        }
        return failures
    }

    private func run(_ seed: UInt64) async -> Simulation.Outcome {
        let script = Script(seed: seed, steps: options.steps, allowed: options.allowed)
        return await Simulation.run(script, trace: options.traces ? { say($0) } : nil)
    }

    private func report(_ outcome: Simulation.Outcome, shrinks: Bool) async {
        guard let violation = outcome.violation else { return }
        say("seed \(outcome.script.seed) failed: \(violation)")
        guard shrinks else { return }
        let shortest = await Simulation.shrink(outcome)
        say(
            "shrunk from \(outcome.script.stepCount) steps to \(shortest.script.stepCount), "
                + "troubles: \(shortest.script.troubles.map(\.rawValue).sorted())")
        let last = await Simulation.run(shortest.script) { say("  " + $0) }
        say(last.violation.map { "\($0)" } ?? "this time it did not fail: hashing is not seeded")
        say(
            "again: Scripts/simulate --seed \(outcome.script.seed) --runs 1 --steps \(options.steps)"
        )
    }

    private func say(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
