import TestSupport

/// Runs scripts, and makes the failing ones short.
package enum ScriptRunner {
    /// How one run ended.
    package struct Outcome: Sendable {
        /// What was run.
        package let script: Script
        /// What was broken, nil where every promise held.
        package let violation: Violation?
    }

    /// Makes this process fast for many runs; to be called before the first.
    package static func prepare() {
        SQLiteTuning.prepareForManyConnections()
    }

    /// Runs one script.
    ///
    /// - Parameters:
    ///   - plant: A fault that the run must notice.
    ///   - trace: Called with a line for each thing that happens.
    package static func run(
        _ script: Script, plant: Plant? = nil, trace: ((String) -> Void)? = nil
    ) async -> Outcome {
        do {
            try await World(script, plant: plant, trace: trace).run()
            return Outcome(script: script, violation: nil)
        } catch let violation as Violation {
            return Outcome(script: script, violation: violation)
        } catch {
            preconditionFailure("a world throws violations: \(error)")
        }
    }

    /// The shortest script found that breaks the same promise; steps are taken out in ever smaller
    /// groups, as in delta debugging, then statements.
    ///
    /// - Parameter limit: The most runs to spend.
    package static func shrink(
        _ failed: Outcome, plant: Plant? = nil, limit: Int = 400
    ) async -> Outcome {
        var shrinker = Shrinker(best: failed, plant: plant, left: limit)
        await shrinker.shrinkSteps()
        await shrinker.shrinkWrites()
        await shrinker.shrinkSteps()
        return shrinker.best
    }
}

/// Delta debugging on a script.
///
/// - Note: After Zeller and Hildebrandt, *Simplifying and Isolating Failure-Inducing Input*, 2002.
private struct Shrinker {
    var best: ScriptRunner.Outcome
    let plant: Plant?
    var left: Int

    mutating func shrinkSteps() async {
        // Nothing after the failing step matters.
        if let violation = best.violation {
            _ = await replaces(Array(best.script.steps.prefix(violation.step + 1)))
        }
        var size = max(1, best.script.steps.count / 2)
        while size >= 1 {
            var start = 0
            while start < best.script.steps.count {
                var steps = best.script.steps
                steps.removeSubrange(start..<min(start + size, steps.count))
                if await !replaces(steps) { start += size }
            }
            size /= 2
        }
    }

    /// Leaves one statement out at a time, and faults and writes in between.
    mutating func shrinkWrites() async {
        for index in best.script.steps.indices {
            var isShorter = true
            while isShorter {
                isShorter = false
                for event in best.script.steps[index].event.shorter {
                    var steps = best.script.steps
                    steps[index] = Step(
                        replica: steps[index].replica, event: event, pause: steps[index].pause)
                    if await replaces(steps) {
                        isShorter = true
                        break
                    }
                }
            }
        }
    }

    private mutating func replaces(_ steps: [Step]) async -> Bool {
        guard left > 0, steps != best.script.steps else { return false }
        left -= 1
        var script = best.script
        script.steps = steps
        let outcome = await ScriptRunner.run(script, plant: plant)
        guard
            let violation = outcome.violation, violation.promise == best.violation?.promise
        else { return false }
        best = outcome
        return true
    }
}

extension Step.Event {
    /// The same with a little less in it.
    fileprivate var shorter: [Self] {
        guard case .act(let action, let fault) = self else { return [] }
        let unbroken: [Self] = fault == nil ? [] : [.act(action, nil)]
        switch action {
        case .write(let write): return unbroken + write.shorter.map { .act(.write($0), fault) }
        case .exchange(let exchange):
            guard let meanwhile = exchange.meanwhile else { return unbroken }
            return unbroken
                + ([nil] + meanwhile.shorter.map { $0 }).map { write in
                    .act(
                        .exchange(
                            Step.Exchange(
                                weather: exchange.weather, seed: exchange.seed,
                                asksStanding: exchange.asksStanding,
                                snapshotTail: exchange.snapshotTail, meanwhile: write,
                                meanwhileAt: exchange.meanwhileAt)), fault)
                }
        case .writeAnnex(let write):
            guard write.statements.count > 1 else { return unbroken }
            return unbroken
                + write.statements.indices.map { index in
                    var fewer = write.statements
                    fewer.remove(at: index)
                    return .act(
                        .writeAnnex(AnnexWrite(program: write.program, statements: fewer)), fault)
                }
        case .restore, .reopen, .upgrade, .vacuum: return unbroken
        }
    }
}

extension Step.Write {
    fileprivate var shorter: [Self] {
        guard statements.count > 1 else { return [] }
        return statements.indices.map { index in
            var fewer = statements
            fewer.remove(at: index)
            return Self(program: program, statements: fewer, aborts: aborts)
        }
    }
}
