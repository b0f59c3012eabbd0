import StyleKit
import TestSupport
import Testing

@Suite("Sketches for works on paper")
struct PaperTests {
    private static let side = 120

    /// Strokes and a blot of ink on each of four works, on white paper or none.
    private static func model(onWhite: Bool) throws -> StyleModel {
        let works = try (1...4 as ClosedRange<UInt64>).map { number in
            var random = SeededGenerator(seed: number)
            let strokes = (0..<9).map { _ in
                (x: random.below(side), y: random.below(side), slope: random.below(5) - 2)
            }
            let blot = (x: 25 + random.below(60), y: 25 + random.below(60))
            var pixels: [UInt8] = []
            for y in 0..<side {
                for x in 0..<side {
                    let isStroke = strokes.contains { stroke in
                        abs(y - stroke.y) < 22
                            && abs(2 * (x - stroke.x) - stroke.slope * (y - stroke.y)) < 3
                    }
                    let (dx, dy) = (x - blot.x, y - blot.y)
                    let isInk = isStroke || dx * dx + dy * dy < 300
                    let paper: [UInt8] = onWhite ? [255, 255, 255, 255] : [0, 0, 0, 0]
                    pixels += isInk ? [12, 10, 14, 255] : paper
                }
            }
            return StyleWork(
                id: [UInt8](repeating: UInt8(number), count: 16),
                picture: try Picture(width: side, height: side, pixels: pixels))
        }
        return try StyleModel(learning: works)
    }

    // Goal: where works are ink on paper, or ink on nothing, the light colours of a sketch become
    // paper and the dark ones ink: not a mesh of strokes as dense as the colours are dark.
    // Method: blue above and near black below; the part of each that is inked, in four pictures.
    @Test(arguments: [true, false]) func coloursThatInkLacksBecomePaper(onWhite: Bool) throws {
        let model = try Self.model(onWhite: onWhite)
        let sketch = try Picture(
            width: 60, height: 60,
            pixels: (0..<3_600).flatMap { index -> [UInt8] in
                index < 2_100 ? [140, 190, 215, 255] : [40, 35, 45, 255]
            })
        for seed in 1...4 as ClosedRange<UInt64> {
            let settings = GenerationSettings(width: 96, height: 96, seed: seed)
            let picture = try Synthesis(
                model: model, settings: settings, sketch: sketch, threads: 2
            ).render().picture
            func inked(_ rows: Range<Int>) -> Double {
                let bases = ((rows.lowerBound * 96)..<(rows.upperBound * 96)).map { $0 * 4 }
                let count = bases.count {
                    picture.pixels[$0 + 3] >= 128 && picture.pixels[$0] < 128
                }
                return Double(count) / Double(bases.count)
            }
            #expect(inked(0..<50) < 0.06, "seed \(seed): \(inked(0..<50))")
            #expect(inked(62..<96) > 0.6, "seed \(seed): \(inked(62..<96))")
        }
    }
}
