import StyleKit
import TestSupport
import Testing

@Suite struct WorkUseTests {
    private static let side = 160

    /// Works without blue; the first has a blue square of 40 pixels with a green cross in it.
    private static func works() throws -> [StyleWork] {
        try (1...4).map { index in
            var pixels = try PaintedWorks.picture(width: side, height: side, seed: UInt64(index))
                .pixels
            for base in stride(from: 0, to: pixels.count, by: 4) { pixels[base + 2] = 20 }
            if index == 1 {
                for y in 60..<100 {
                    for x in 50..<90 {
                        let isCross = abs(x - 70) < 4 || abs(y - 80) < 4
                        let color: [UInt8] = isCross ? [20, 220, 240] : [10, 20, 250]
                        pixels.replaceSubrange(
                            ((y * side + x) * 4)..<((y * side + x) * 4 + 3), with: color)
                    }
                }
            }
            return StyleWork(
                id: [UInt8](repeating: UInt8(index), count: 16),
                picture: try Picture(width: side, height: side, pixels: pixels))
        }
    }

    private static let first = [UInt8](repeating: 1, count: 16)

    private static func square() throws -> WorkArea {
        try #require(WorkArea(left: 3_125, top: 3_750, right: 5_625, bottom: 6_250))
    }

    private static func bluePixels(_ picture: Picture) -> Int {
        stride(from: 0, to: picture.pixels.count, by: 4).filter { picture.pixels[$0 + 2] > 120 }
            .count
    }

    private static func bluePixels(
        _ model: StyleModel, seeds: ClosedRange<UInt64>, _ uses: [WorkUse]
    ) throws -> [Int] {
        try seeds.map { seed in
            let settings = GenerationSettings(
                width: side, height: side, seed: seed, works: uses)
            return bluePixels(
                try Synthesis(model: model, settings: settings, threads: 2).render().picture)
        }
    }

    // Goal: nothing is taken from an avoided area, and nothing at all from a work left out.
    // Method: count the colour that is only there; freely used, it shows in some picture.
    @Test func avoidedAreasAreNotUsed() throws {
        let model = try StyleModel(learning: Self.works())
        let free = try Self.bluePixels(model, seeds: 1...6, [])
        #expect(free.contains { $0 > 100 }, "\(free)")
        let avoided = WorkUse(workID: Self.first, avoided: [try Self.square()])
        #expect(try Self.bluePixels(model, seeds: 1...6, [avoided]).allSatisfy { $0 == 0 })
        let leftOut = WorkUse(workID: Self.first, isLeftOut: true)
        let settings = GenerationSettings(
            width: Self.side, height: Self.side, seed: 1, works: [leftOut])
        let rendering = try Synthesis(model: model, settings: settings, threads: 2).render()
        #expect(!rendering.shares.contains { $0.workID == Self.first })
        #expect(Self.bluePixels(rendering.picture) == 0)
    }

    // Goal: an area kept whole appears whole or not at all.
    // Method: its 1,600 pixels, over eight seeds; both must happen, and nothing between.
    @Test func keptAreasStayWhole() throws {
        let model = try StyleModel(learning: Self.works())
        let kept = WorkUse(workID: Self.first, keptWhole: [try Self.square()])
        let counts = try Self.bluePixels(model, seeds: 1...8, [kept])
        #expect(counts.allSatisfy { $0 < 60 || $0 > 1_400 }, "\(counts)")
        #expect(counts.contains { $0 > 1_400 }, "\(counts)")
    }

    // Goal: settings that leave nothing, or are out of bounds, are refused.
    // Method: all works left out; all of every work avoided; one past each bound.
    @Test func impossibleSettingsAreRefused() throws {
        let works = try Self.works()
        let model = try StyleModel(learning: works)
        let whole = try #require(WorkArea(left: 0, top: 0, right: 10_000, bottom: 10_000))
        func render(_ settings: GenerationSettings) throws {
            _ = try Synthesis(model: model, settings: settings, threads: 1).render()
        }
        let out = works.map { WorkUse(workID: $0.id, isLeftOut: true) }
        #expect(throws: StyleError.nothingToUse) {
            try render(GenerationSettings(width: 64, height: 64, works: out))
        }
        let avoided = works.map { WorkUse(workID: $0.id, avoided: [whole]) }
        #expect(throws: StyleError.nothingToUse) {
            try render(GenerationSettings(width: 64, height: 64, works: avoided))
        }
        for value in [-1, 101] {
            #expect(throws: StyleError.originalityOutOfRange(value: value)) {
                try render(GenerationSettings(width: 64, height: 64, originality: value))
            }
        }
        let many = WorkUse(
            workID: Self.first,
            keptWhole: [WorkArea](repeating: whole, count: Limits.areas + 1))
        #expect(throws: StyleError.tooManyAreas(count: 257, limit: 256)) {
            try render(GenerationSettings(width: 64, height: 64, works: [many]))
        }
        for (left, right) in [(-1, 5), (5, 5), (6, 5), (0, 10_001)] {
            #expect(WorkArea(left: left, top: 0, right: right, bottom: 1) == nil)
        }
    }
}
