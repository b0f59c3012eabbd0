import Simulation
import TestSupport
import Testing

/// The engine keeps its promises in a simulated world with every kind of trouble.
@Suite struct SimulationTests {
    // Goal: whatever happens to devices, disks, clocks, network and server: replicas end equal,
    // no write is lost or rises again, transactions are whole, nothing waits for ever.
    // Method: random scripts from printed seeds; an oracle that knows only who knew of what.
    @Test(arguments: 0..<16)
    func everyPromiseHolds(part: Int) async {
        for run in 0..<12 {
            let seed = UInt64(part * 1000 + run)
            let script = Script(seed: seed, steps: 30, allowed: Set(Trouble.allCases))
            let outcome = await ScriptRunner.run(script)
            #expect(
                outcome.violation == nil,
                "Scripts/simulate --seed \(seed) --runs 1 --steps 30")
        }
    }

    // Goal: a simulation notices what goes wrong, so that its silence means something.
    // Method: each planted fault is found in one of a few runs.
    @Test(arguments: Plant.allCases)
    func aPlantedFaultIsFound(plant: Plant) async {
        for seed in 1...UInt64(40) {
            let script = Script(seed: seed, steps: 40, allowed: plant.troubles)
            if await ScriptRunner.run(script, plant: plant).violation != nil { return }
        }
        Issue.record("40 runs did not notice: \(plant)")
    }

    // Goal: the same script does the same twice, so that a failed run can be looked at.
    @Test func aScriptIsRunTheSameTwice() async {
        for seed in 1...UInt64(3) {
            let script = Script(seed: seed, steps: 40, allowed: Set(Trouble.allCases))
            var traces: [[String]] = [[], []]
            for index in traces.indices {
                _ = await ScriptRunner.run(script) { traces[index].append($0) }
            }
            #expect(traces[0] == traces[1], "seed \(seed)")
        }
    }

    // Goal: a failing run is shown short.
    @Test func aFailingScriptIsShrunk() async throws {
        let plant = Plant.forgetfulServer
        for seed in 1...UInt64(40) {
            let script = Script(seed: seed, steps: 40, allowed: [])
            let outcome = await ScriptRunner.run(script, plant: plant)
            guard let violation = outcome.violation else { continue }
            let shortest = await ScriptRunner.shrink(outcome, plant: plant, limit: 150)
            #expect(shortest.violation?.promise == violation.promise)
            #expect(shortest.script.stepCount <= 6, "seed \(seed)")
            return
        }
        Issue.record("no run failed")
    }
}
