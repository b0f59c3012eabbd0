import ArgumentParser
import LedgerModel

/// Searches what can happen to credits for a broken rule.
@main
struct ModelCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model-check",
        abstract: "Search every order of events that can happen to an account's credits.",
        discussion: """
            First breadth-first from several starts: two credits, two devices, messages lost, \
            repeated and reordered, expiry, restored databases, suspensions, a device that breaks \
            the rules. Then long walks at random. The last line is \
            "model-check: N states, V violations"; the exit code is 1 where a rule was broken.
            """)

    @Option(help: "Events to go beyond the usual depth; each takes about ten times as long.")
    var deeper = 0
    @Option(help: "Search only from starts whose name contains this text.") var start = ""
    @Option(help: "Walks at random, each honest once and once not.") var walks = 200
    @Option(help: "Steps of a walk.") var steps = 500
    @Option(help: "The first walk's seed; the next ones follow.") var seed: UInt64 = 1

    func validate() throws {
        guard (0...6).contains(deeper), (0...1_000_000).contains(walks),
            (1...1_000_000).contains(steps)
        else { throw ValidationError("--deeper is 0 to 6; --walks, --steps at most a million.") }
    }

    func run() throws {
        var (states, violations) = (0, 0)
        for start in LedgerSearch.starts where start.name.contains(self.start) || self.start.isEmpty
        {
            var search = try LedgerSearch(start)
            var broken: String?
            while broken == nil, search.depth < start.depth + deeper {
                broken = try search.deepen()
            }
            states += search.stateCount
            if let broken {
                violations += 1
                print("\(start.name): \(broken)")
            } else {
                print("\(start.name): \(search.stateCount) states to depth \(search.depth)")
            }
        }
        for offset in 0..<UInt64(walks) {
            for isModified in [false, true] {
                var walk = LedgerWalk(seed: seed &+ offset, isModified: isModified)
                guard let broken = try walk.go(steps) else { continue }
                violations += 1
                let kind = isModified ? "modified" : "honest"
                print("walk \(seed &+ offset), \(kind): \(broken)")
            }
        }
        print("walks: \(walks) seeds from \(seed), honest and not, \(steps) steps each")
        print("model-check: \(states) states, \(violations) violations")
        if violations > 0 { throw ExitCode.failure }
    }
}
