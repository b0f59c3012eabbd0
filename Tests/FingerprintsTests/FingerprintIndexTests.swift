@_spi(Measuring) import Fingerprints
import TestSupport
import Testing

@Suite struct FingerprintIndexTests {
    // Goal: the index finds what comparing with all finds, with the same distances and order.
    // Method: seeded fingerprints, many near each other; queries at every distance from 0 to 40
    // from a known one, every limit from 0 to 31 in turn; some removed, some put in later.
    @Test(arguments: SeededGenerator.seeds(4))
    func nothingNearIsMissed(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let centers = try (0..<60).map { _ in try Self.random(&random) }
        let known = try (0..<6_000).map { index in
            try Self.changed(centers[index % 60], bits: random.below(50), &random)
        }
        var index = FingerprintIndex(Array(known.prefix(3_000)))
        for fingerprint in known.dropFirst(3_000) { index.append(fingerprint) }
        for _ in 0..<50 { index.remove(at: random.below(6_000)) }
        var found = 0
        for query in 0..<200 {
            let variants = try (0..<(1 + query % 3)).map { _ in
                try Self.changed(known[random.below(6_000)], bits: query % 41, &random)
            }
            let limit = query % 32
            let matches = index.matches(of: variants, within: limit)
            #expect(matches == index.matchesByComparingAll(of: variants, within: limit))
            found += matches.count
        }
        #expect(found > 500)
    }

    // Goal: the pigeonhole holds at its edge: 31 is found, 32 is not.
    // Method: changes spread over the runs so that every run differs in one or two bits.
    @Test func theEdgeIsExact() throws {
        let zero = try #require(Fingerprint(bytes: [UInt8](repeating: 0x5A, count: 32)))
        let index = FingerprintIndex([zero])
        for count in [30, 31, 32] {
            var bytes = zero.bytes
            for bit in 0..<count {
                let run = bit % 16
                bytes[run * 2 + bit / 16] ^= 1
            }
            let query = try #require(Fingerprint(bytes: bytes))
            #expect(zero.distance(to: query) == count)
            let matches = index.matches(of: [query])
            #expect(matches.map(\.distance) == (count <= 31 ? [count] : []))
        }
    }

    // Goal: an empty index answers, and what was removed is never found, also not by its place.
    // Method: none, one, and the same removed, before and after tables are made.
    @Test func removedOnesAreGone() throws {
        var random = SeededGenerator(seed: 3)
        let one = try Self.random(&random)
        let zero = try #require(Fingerprint(bytes: [UInt8](repeating: 0, count: 32)))
        var index = FingerprintIndex()
        #expect(index.matches(of: [one]).isEmpty)
        #expect(index.append(one) == 0)
        #expect(index.matches(of: [one]).map(\.position) == [0])
        index.remove(at: 0)
        for _ in 0..<5_000 { index.append(try Self.random(&random)) }
        #expect(index.matches(of: [one, zero]).isEmpty)
        #expect(index.count == 5_001)
    }

    private static func random(_ random: inout SeededGenerator) throws -> Fingerprint {
        try #require(Fingerprint(bytes: random.bytes(32)))
    }

    private static func changed(
        _ fingerprint: Fingerprint, bits: Int, _ random: inout SeededGenerator
    ) throws -> Fingerprint {
        var bytes = fingerprint.bytes
        for _ in 0..<bits {
            let bit = random.below(256)
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        return try #require(Fingerprint(bytes: bytes))
    }
}
