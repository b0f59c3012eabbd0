import StyleKit
import TestSupport
import Testing

@Suite struct SourceRegionsTests {
    /// A closed line of an outline: its corners.
    private typealias Ring = [(x: Int, y: Int)]

    // Goal: the outlines show exactly the places of the grid.
    // Method: random grids; each place's middle is inside the outline of its own work only, by the
    // winding number, and the area within the rings is the number of places.
    @Test(arguments: 0..<40)
    func outlinesHoldTheirPlacesAndNoOther(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let (across, down) = (
            Int.random(in: 1...12, using: &random), Int.random(in: 1...9, using: &random)
        )
        let entries = (0..<across * down).map { _ in UInt16.random(in: 0...3, using: &random) }
        // Entry 3 is nothing's.
        let regions = SourceRegions(
            entries: entries, across: across, down: down, ranks: [2, 0, 1, nil])
        for (entry, rank) in [(UInt16(0), 2), (1, 0), (2, 1)] {
            let rings = try rings(of: regions.outline(ofRank: rank))
            #expect(rings.map(area).reduce(0, +) == entries.count { $0 == entry })
            for y in 0..<down {
                for x in 0..<across {
                    let turns = rings.reduce(0) { $0 + winding(of: $1, x: x, y: y) }
                    #expect(turns == (entries[y * across + x] == entry ? 1 : 0))
                    #expect((regions[x, y] == rank) == (entries[y * across + x] == entry))
                }
            }
        }
    }

    @Test func straightRunsAreOneLineAndHolesRunBack() {
        let ring: [UInt16] = [0, 0, 0, 0, 1, 0, 0, 0, 0]
        let regions = SourceRegions(entries: ring, across: 3, down: 3, ranks: [0, 1])
        #expect(regions.outline(ofRank: 0) == "M0 0H3V3H0V0ZM2 1H1V2H2V1Z")
        #expect(regions.outline(ofRank: 1) == "M1 1H2V2H1V1Z")
        #expect(regions.outline(ofRank: 7).isEmpty)
    }

    @Test func aReducedGridKeepsItsShape() {
        let entries = (0..<300).flatMap { y in
            [UInt16](repeating: y < 100 ? 0 : 1, count: 600)
        }
        let regions = SourceRegions(entries: entries, across: 600, down: 300, ranks: [0, 1])
        let small = regions.reduced(to: 60)
        #expect(small.across == 60 && small.down == 30)
        #expect(small.outline(ofRank: 0) == "M0 0H60V10H0V0Z")
        #expect(regions.reduced(to: 600) == regions)
    }

    private func rings(of path: String) throws -> [Ring] {
        try path.split(separator: "Z").map { text in
            var ring: Ring = []
            for match in text.matches(of: #/(?<kind>[MHV])(?<first>\d+)(?: (?<second>\d+))?/#) {
                let number = try #require(Int(match.first))
                let last = ring.last ?? (0, 0)
                switch match.kind {
                case "H": ring.append((number, last.y))
                case "V": ring.append((last.x, number))
                default:
                    let second = try #require(match.second)
                    ring.append((number, try #require(Int(second))))
                }
            }
            return ring
        }
    }

    private func area(_ ring: Ring) -> Int {
        let pairs = zip(ring, ring.dropFirst() + ring.prefix(1))
        return pairs.reduce(0) { $0 + $1.0.x * $1.1.y - $1.1.x * $1.0.y } / 2
    }

    /// How often a ring goes round the middle of a place: upright edges to its right count.
    private func winding(of ring: Ring, x: Int, y: Int) -> Int {
        zip(ring, ring.dropFirst() + ring.prefix(1)).reduce(0) { sum, edge in
            guard edge.0.x == edge.1.x, edge.0.x > x,
                (min(edge.0.y, edge.1.y)..<max(edge.0.y, edge.1.y)).contains(y)
            else { return sum }
            return sum + (edge.1.y > edge.0.y ? 1 : -1)
        }
    }
}
