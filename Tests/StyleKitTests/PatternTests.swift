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
                    width: width, height: height, seed: seed, isPattern: true)
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

    // Goal: the number of threads never changes a tile.
    // Method: one, two and eight.
    @Test func everyThreadCountGivesTheSameTile() throws {
        let model = try StyleModel(learning: PaintedWorks.works(3))
        let settings = GenerationSettings(width: 100, height: 80, seed: 5, isPattern: true)
        let pictures = try [1, 2, 8].map { threads in
            try Synthesis(model: model, settings: settings, threads: threads).render().picture
        }
        for picture in pictures { #expect(picture == pictures.first) }
    }
}
