import StyleKit
import TestSupport
import Testing

@Suite struct SketchVarietyTests {
    private static func picture(
        _ model: StyleModel, seed: UInt64, originality: Int = 50
    ) throws -> Picture {
        try Synthesis(
            model: model,
            settings: GenerationSettings(
                width: 144, height: 112, seed: seed, originality: originality),
            sketch: try Sketches.twoFields(width: 72, height: 56), threads: 2
        ).variedGuide() ?? Sketches.twoFields(width: 72, height: 56)
    }

    // Goal: at an originality of 0 a sketch is taken as it is, and above seeds change its light and
    // its lines. Method: the sketch as it is varied, for several seeds.
    @Test func originalityVariesTheSketch() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 144, height: 112))
        let plain = try (1...4).map { try Self.picture(model, seed: $0, originality: 0) }
        #expect(Set(plain.map(\.pixelHash)).count == 1)
        let varied = try (1...4).map { try Self.picture(model, seed: $0) }
        #expect(Set(varied.map(\.pixelHash)).count == 4)
    }

    // Goal: what is light stays above what is dark in lightness, whatever the seed: another light,
    // not another picture. Method: the upper and the lower half of a sketch of two fields.
    @Test func lightFieldsStayLighter() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 144, height: 112))
        for seed in 1...8 as ClosedRange<UInt64> {
            let grid = Measures.grid(of: try Self.picture(model, seed: seed), columns: 1, rows: 4)
            #expect(grid[0] > grid[3] + 10, "seed \(seed): \(grid)")
        }
    }

    // Goal: whole areas change together, so that nothing appears within them. Method: a sketch of
    // two fields: the brightness along each field, away from the border between them.
    @Test func areasChangeAsOne() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 144, height: 112))
        for seed in 1...4 as ClosedRange<UInt64> {
            let grid = Measures.grid(of: try Self.picture(model, seed: seed), columns: 6, rows: 4)
            for row in [0, 3] {
                let line = grid[(row * 6)..<(row * 6 + 6)]
                #expect((line.max() ?? 0) - (line.min() ?? 0) < 12, "seed \(seed): \(line)")
            }
        }
    }
}
