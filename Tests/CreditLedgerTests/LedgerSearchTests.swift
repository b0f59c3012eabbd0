import CreditLedger
import SignedObjects
import Testing

struct LedgerSearchTests {
    /// A search breadth-first from one start; every state is checked once.
    struct Search {
        var seen: Set<Int> = []
        var frontier: [(model: LedgerModel, path: [LedgerModel.Action])]
        var depth = 0

        init(from start: LedgerModel) {
            frontier = [(start, [])]
            seen = [start.hashValue]
        }

        /// One step further; says the first broken rule and how it came to it.
        mutating func deepen() throws -> String? {
            var next: [(model: LedgerModel, path: [LedgerModel.Action])] = []
            for (model, path) in frontier {
                for action in model.actions {
                    var after = model
                    try after.perform(action)
                    if let broken = try after.violation(after: action, from: model) {
                        return "\(broken): \(path + [action])"
                    }
                    if seen.insert(after.hashValue).inserted {
                        next.append((after, path + [action]))
                    }
                }
            }
            (frontier, depth) = (next, depth + 1)
            return nil
        }
    }

    static let starts: [(name: String, prefix: [LedgerModel.Action], modified: Bool, depth: Int)] =
        [
            ("a new account", [], false, 6),
            ("one device holds both credits", [.contact(0)], false, 5),
            ("one device has spent both", [.contact(0), .spend(0), .spend(0)], false, 5),
            ("spent, then expired", [.contact(0), .spend(0), .wait, .wait], false, 5),
            ("held", [.contact(0), .spend(0), .suspend(timed: false), .contact(0)], false, 5),
            ("a modified device holds both", [.contact(1)], true, 4),
            ("a modified device was late", [.contact(1), .wait, .wait, .contact(0)], true, 4),
        ]

    // Goal: no order of events breaks a rule of the ledger.
    // Method: breadth-first over every state that four to six events reach from each start:
    // contacts whole or in parts that are lost, repeated and reordered, spends, returns, restored
    // databases, expiry, suspensions; one device modified to spend and return any lease it ever
    // saw.
    @Test(arguments: starts.indices)
    func noOrderOfEventsBreaksARule(place: Int) throws {
        let start = Self.starts[place]
        var model = LedgerModel(secondDeviceIsModified: start.modified)
        for action in start.prefix { try model.perform(action) }
        var search = Search(from: model)
        while search.depth < start.depth {
            let broken = try search.deepen()
            try #require(broken == nil, "\(broken ?? "")")
        }
        print("\(start.name): \(search.seen.count) states to depth \(start.depth)")
        #expect(search.seen.count > 1000)
    }
}
