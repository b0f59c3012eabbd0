import LedgerModel
import TestSupport
import Testing

struct LedgerSearchTests {
    // Goal: no order of events breaks a rule of the ledger.
    // Method: breadth-first over every state that four to six events reach from each start:
    // contacts whole or in parts that are lost, repeated and reordered, spends, returns, restored
    // databases, expiry, suspensions, registrations and withholdings; one device modified to spend
    // and return any lease it ever saw.
    @Test(arguments: LedgerSearch.starts.indices)
    func noOrderOfEventsBreaksARule(place: Int) throws {
        let start = LedgerSearch.starts[place]
        var search = try LedgerSearch(start)
        while search.depth < start.depth {
            let broken = try search.deepen()
            try #require(broken == nil, "\(broken ?? "")")
        }
        print("\(start.name): \(search.stateCount) states to depth \(start.depth)")
        #expect(search.stateCount > 1000)
    }

    // Goal: the search would find a restored server that lends too early or takes too little, a
    // wrong clock that is mended wrongly, and a server that is mistaken about rights.
    // Method: each mistake is made on purpose; from one start at least a rule must break.
    @Test(arguments: LedgerModel.Mistake.allCases)
    func mistakesAreFound(mistake: LedgerModel.Mistake) throws {
        let starts =
            if LedgerModel.Mistake.afterRestore.contains(mistake) {
                LedgerSearch.handedIn + LedgerSearch.restored
            } else if LedgerModel.Mistake.ofRights.contains(mistake) {
                LedgerSearch.rights
            } else {
                LedgerSearch.clocks
            }
        for start in starts {
            var search = try LedgerSearch(start, mistake: mistake)
            while search.depth < start.depth {
                guard let broken = try search.deepen() else { continue }
                return print("\(mistake): \(broken)")
            }
        }
        Issue.record("\(mistake) was not found")
    }

    // Goal: nor does a long life. Method: walks at random, honest and not, from printed seeds.
    @Test(arguments: SeededGenerator.seeds(4), [false, true])
    func noLongLifeBreaksARule(seed: UInt64, isModified: Bool) throws {
        print("seed \(seed)")
        var walk = LedgerWalk(seed: seed, isModified: isModified)
        let broken = try walk.go(200)
        #expect(broken == nil, "seed \(seed): \(broken ?? "")")
    }
}
