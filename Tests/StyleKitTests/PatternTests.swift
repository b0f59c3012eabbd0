import ImageQuality
import StyleKit
import TestSupport
import Testing

@Suite struct PatternTests {
    // Goal: a tile continues over its edges, also when it is enlarged, and after a sketch.
    // Method: the change over the edges is about that inside; a picture that is no tile shows
    // that the measure could fail.
    @Test func tilesHaveNoEdges() throws {
        let works = try PaintedWorks.works(3, width: 160, height: 140, seed: 4)
        let model = try StyleModel(learning: works)
        let sketch = try Sketches.island(side: 60)
        for (width, height, sketch) in [(150, 128, nil), (128, 150, sketch), (300, 260, nil)] {
            for seed in 1...2 as ClosedRange<UInt64> {
                let settings = GenerationSettings(
                    width: width, height: height, seed: seed, kind: .tile)
                let picture = try Synthesis(
                    model: model, settings: settings, sketch: sketch, threads: 2
                ).render().picture
                #expect(picture.width == width && picture.height == height)
                let ratio = Judge.edgeRatio(of: picture)
                #expect(ratio < 1.5, "\(width) × \(height), seed \(seed): \(ratio)")
            }
        }
        let settings = GenerationSettings(width: 150, height: 128, seed: 1)
        let plain = try Synthesis(model: model, settings: settings, threads: 2).render().picture
        #expect(Judge.edgeRatio(of: plain) > 1.5)
    }

    // Goal: the edges of a tile are no seams of its layout.
    // Method: works of one flat colour each, so that a picture changes at seams only; the change
    // over the edges is not beyond that inside. It was 7 to 26 times as much when rows and columns
    // of pieces began at the edges.
    @Test func tilesHaveNoSeamsAlongTheirEdges() throws {
        let colors: [[UInt8]] = [
            [200, 60, 50, 255], [60, 150, 70, 255], [50, 80, 190, 255], [220, 200, 80, 255],
            [30, 30, 40, 255], [230, 225, 220, 255],
        ]
        let works = try colors.enumerated().map { index, color in
            StyleWork(
                id: [UInt8](repeating: UInt8(index + 1), count: 16),
                picture: try PaintedWorks.flat(width: 96, height: 80, color))
        }
        let model = try StyleModel(learning: works)
        var sum = 0.0
        for seed in 1...4 as ClosedRange<UInt64> {
            let settings = GenerationSettings(
                width: 150, height: 128, seed: seed, kind: .tile)
            let picture = try Synthesis(model: model, settings: settings, threads: 2)
                .render().picture
            sum += Judge.edgeRatio(of: picture)
        }
        #expect(sum / 4 < 2)
    }

    // Goal: the number of threads never changes a tile.
    // Method: one, two and eight.
    @Test func everyThreadCountGivesTheSameTile() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3))
        let settings = GenerationSettings(width: 100, height: 80, seed: 5, kind: .tile)
        let pictures = try [1, 2, 8].map { threads in
            try Synthesis(model: model, settings: settings, threads: threads).render().picture
        }
        for picture in pictures { #expect(picture == pictures.first) }
    }
}
