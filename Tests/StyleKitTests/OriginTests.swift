import StyleKit
import TestSupport
import Testing

@Suite struct OriginTests {
    // Goal: originality bounds how much comes from one place; what is reported is bounded too.
    // Method: five seeds at both ends: pieces are smaller at 100, and none is far beyond its
    // bound, as the finer levels may only let pieces grow a little.
    @Test func originalityLimitsPieces() throws {
        let model = try StyleModel(learning: PaintedWorks.works(5, width: 200, height: 160))
        var means: [Double] = []
        for originality in [0, 100] {
            var sum = 0.0
            for seed in 1...5 as ClosedRange<UInt64> {
                let settings = GenerationSettings(
                    width: 200, height: 160, seed: seed, kind: .collage,
                    originality: originality)
                let rendering = try Synthesis(model: model, settings: settings, threads: 2)
                    .render()
                #expect(rendering.largestFragment <= settings.largestFragment * 1.3)
                let top = try #require(rendering.shares.first)
                #expect(top.share <= settings.largestShare + 0.15)
                sum += rendering.largestFragment
            }
            means.append(sum / 5)
        }
        #expect(means[1] < means[0], "\(means)")
    }

    // Goal: the source map says what the shares say.
    // Method: its legend against the shares, its strip's fields against their widths.
    @Test func sourceMapsShowTheShares() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 120, height: 100))
        let settings = GenerationSettings(width: 120, height: 96, seed: 2)
        let rendering = try Synthesis(model: model, settings: settings, threads: 2).render()
        let map = rendering.sourceMap
        #expect(map.legend.map(\.workID) == rendering.shares.map(\.workID))
        #expect(map.legend.map(\.share) == rendering.shares.map(\.share))
        #expect(Set(map.legend.map(\.hex)).count == map.legend.count)
        #expect(map.picture.width == 120 && map.picture.height > 96)
        let row = (map.picture.height - 1) * 120
        let firstColor = map.picture.pixels[(row * 4)..<(row * 4 + 3)].map { Int($0) }
        let count = (0..<120).prefix { x in
            (0..<3).allSatisfy { Int(map.picture.pixels[(row + x) * 4 + $0]) == firstColor[$0] }
        }.count
        let top = try #require(rendering.shares.first)
        #expect(abs(Double(count) / 120 - top.share) < 0.02)
    }
}
