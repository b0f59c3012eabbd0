import GRDB
import SyncKit
import TestSupport
import Testing

/// Every policy keeps its promise over random histories.
@Suite struct MergeRandomTests {
    /// What must hold at the end, whatever the order of things was.
    private struct Oracle {
        var sums = [Int](repeating: 0, count: 4)
        var greatest = [Int?](repeating: nil, count: 4)
        var titles = [Set<String>](repeating: ["base"], count: 4)
        var origins = [Set<String>](repeating: [], count: 4)
        var tags: Set<String> = []
    }

    private static func key(_ row: Int) -> String {
        "x'" + String(repeating: "0", count: 31) + "\(row)'"
    }

    // Goal: counters hold the sum of all additions, maxima the greatest value, a tag is there
    // unless
    // somebody who saw it removed it, a first value stays for ever, and titles were written by
    // somebody.
    // Method: four items that are never deleted; three devices with clocks some seconds off, a
    // network that loses things, writes by the store and by another program; a printed seed.
    @Test(arguments: SeededGenerator.seeds(12))
    func everyPolicyKeepsItsPromise(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let fleet = try Fleet(seed: seed, devices: 3)
        var oracle = Oracle()
        for row in 0..<4 {
            try fleet[0].run("INSERT INTO items(id, title) VALUES(\(Self.key(row)), 'base')")
        }
        try await fleet.settle()
        for device in fleet.devices { device.clock.set(Int64(generator.below(20_000)) - 10_000) }
        var origins: [String?] = [nil, nil, nil, nil]
        for round in 0..<4 {
            for step in 0..<50 {
                fleet.time.advance(by: UInt64(generator.below(3000)))
                let index = generator.below(3)
                if generator.oneIn(5) {
                    fleet.server.lose(oneIn: 4)
                    _ = try await fleet.mayBreakOff(index)
                } else {
                    try Self.write(round * 100 + step, to: fleet, index, &generator, &oracle)
                }
            }
            try await fleet.settle()
            try fleet.expectAgreement(nil, "seed \(seed)")
            for row in 0..<4 {
                let origin: String? = try fleet[0].value(
                    "SELECT origin FROM items WHERE id = \(Self.key(row))")
                if let settled = origins[row] { #expect(origin == settled, "seed \(seed)") }
                origins[row] = origin
            }
        }
        try Self.expect(oracle, fleet[1], origins, seed)
    }

    private static func write(
        _ step: Int, to fleet: Fleet, _ index: Int, _ generator: inout SeededGenerator,
        _ oracle: inout Oracle
    ) throws {
        let row = generator.below(4)
        let place = "WHERE id = \(key(row))"
        var sql: String
        switch generator.below(6) {
        case 0:
            oracle.sums[row] += step - 60
            sql = "UPDATE items SET plays = plays + \(step - 60) \(place)"
        case 1:
            let value = generator.below(10_000)
            sql = "UPDATE items SET best = \(value) \(place) AND ifnull(best, -1) < \(value)"
            oracle.greatest[row] = max(oracle.greatest[row] ?? -1, value)
        case 2:
            oracle.titles[row].insert("\(step)")
            sql = "UPDATE items SET title = '\(step)' \(place)"
        case 3:
            oracle.origins[row].insert("\(step)")
            sql = "UPDATE items SET origin = '\(step)' \(place) AND origin IS NULL"
        case 4:
            oracle.tags.insert("\(step)")
            sql = "INSERT INTO tags(tag) VALUES('\(step)')"
        default:
            let tag = "SELECT tag FROM tags ORDER BY tag LIMIT 1 OFFSET \(generator.below(9))"
            guard let gone: String = try fleet[index].value(tag) else { return }
            oracle.tags.remove(gone)
            sql = "DELETE FROM tags WHERE tag = '\(gone)'"
        }
        if generator.oneIn(6) {
            try Shell.sqlite(fleet.devices[index].path, sql)
        } else {
            try fleet[index].run(sql)
        }
    }

    private static func expect(
        _ oracle: Oracle, _ store: SyncStore, _ origins: [String?], _ seed: UInt64
    ) throws {
        for row in 0..<4 {
            let comment = Comment(rawValue: "row \(row), seed \(seed)")
            let place = "FROM items WHERE id = \(key(row))"
            #expect(try store.value("SELECT plays \(place)") == oracle.sums[row], comment)
            #expect(try store.value("SELECT best \(place)") == oracle.greatest[row], comment)
            let title: String = try #require(try store.value("SELECT title \(place)"))
            #expect(oracle.titles[row].contains(title), comment)
            if oracle.origins[row].isEmpty {
                #expect(origins[row] == nil, comment)
            } else {
                #expect(oracle.origins[row].contains(try #require(origins[row])), comment)
            }
        }
        let tags = try store.read { try String.fetchSet($0, sql: "SELECT tag FROM tags") }
        #expect(tags == oracle.tags, "seed \(seed)")
    }
}
