import Fingerprints
import StyleKit
import TestSupport
import Testing

/// Everything that a person sees of StyleKit, as it was drawn first.
@Suite struct GoldenTests {
    /// Something that is drawn, and the first eight bytes of the hash of its pixels.
    enum Golden: String, CaseIterable {
        case tile = "f44863f475a57313"
        case cutOutAfterSketch = "9ac23a9bac55d6e1"
        case afterWork = "2f532b50215d1884"
        case afterPicture = "1e09cfa59a0f27dc"
        case keptAreas = "afa24068c8e5a865"
        case enlarged = "d303053504ca9dca"
        case sourceMap = "26852d314d1e0b93"
        case draftSheet = "57f45dd749a72b36"
        case chart = "9fb7488c3f02f6a0"
        case stamp = "caa5b1dc4f981e53"
        case invisibleMark = "42ab1b9cebcd28d9"
    }

    // Goal: a change that should alter no picture alters none, on any machine.
    // Method: the hash of each kind of picture; whoever changes one on purpose changes it here and,
    // where a generation changes, the engine version.
    @Test(arguments: Golden.allCases)
    func picturesStay(golden: Golden) throws {
        let hash = try Self.picture(golden).pixelHash.prefix(8).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        #expect(hash.joined() == golden.rawValue, "\(golden)")
    }

    // Goal: what is measured is the same on every machine.
    // Method: the likeness of a picture to a style, and the fingerprint of the picture.
    @Test func measuresStay() throws {
        let model = try StyleModel(learning: PaintedWorks.works(4, width: 130, height: 110))
        let picture = try PaintedWorks.picture(width: 150, height: 120, seed: 9)
        let like = try model.likeness(of: picture)
        let parts = [
            like.overall, like.colors, like.light, like.lines, like.directions, like.texture,
            like.marks,
        ]
        #expect(parts == [92.1, 100, 100, 100, 87, 100, 62])
        #expect(
            "\(picture.fingerprintReading().fingerprint)"
                == "7fbcfb74cd4fdfe6fa087391fb10d40210c3f4c0101ba0357012c037783dcf37")
    }

    private static func picture(_ golden: Golden) throws -> Picture {
        switch golden {
        case .tile:
            return try rendering(
                GenerationSettings(width: 150, height: 120, seed: 3, kind: .tile)
            ).picture
        case .cutOutAfterSketch:
            let works = try (1...3).map { index in
                StyleWork(
                    id: [UInt8](repeating: UInt8(index), count: 16),
                    picture: try Sketches.cutOut(side: 80 + index * 8))
            }
            return try Synthesis(
                model: try StyleModel(learning: works),
                settings: GenerationSettings(width: 110, height: 96, seed: 2),
                sketch: try Sketches.cutOut(side: 64), threads: 2
            ).render().picture
        case .afterWork:
            let id = [UInt8](repeating: 2, count: 16)
            return try rendering(
                GenerationSettings(
                    width: 140, height: 120, seed: 3,
                    kind: .after(AfterSettings(workID: id, closeness: 60)))
            ).picture
        case .afterPicture:
            return try Synthesis(
                model: try model(),
                settings: GenerationSettings(
                    width: 140, height: 120, seed: 3, kind: .after(AfterSettings(closeness: 10))),
                sketch: try PaintedWorks.picture(width: 120, height: 150, seed: 9), threads: 2
            ).render().picture
        case .keptAreas:
            return try rendering(try settingsWithAreas()).picture
        case .enlarged:
            return try rendering(
                GenerationSettings(width: 260, height: 200, seed: 6, kind: .collage)
            ).picture
        case .sourceMap:
            return try rendering(
                GenerationSettings(width: 100, height: 90, seed: 4, kind: .collage)
            ).sourceMap.picture
        case .draftSheet:
            let settings = GenerationSettings(
                width: 160, height: 130, seed: 8, kind: .collage)
            let sheet = DraftSheet(model: try model(), settings: settings, threads: 2)
            return DraftSheet.picture(of: try sheet.draw(count: 4))
        case .chart: return try model().chart(title: "Ärger & Öl – 50 %")
        case .stamp:
            return Watermark.stamp(
                try PaintedWorks.picture(width: 300, height: 220, seed: 4))
        case .invisibleMark:
            return InvisibleWatermark(key: 5).embed(
                77, in: try PaintedWorks.picture(width: 200, height: 180, seed: 4))
        }
    }

    private static func model() throws -> StyleModel {
        try StyleModel(learning: PaintedWorks.works(4, width: 130, height: 110))
    }

    private static func rendering(_ settings: GenerationSettings) throws -> Rendering {
        try Synthesis(model: try model(), settings: settings, threads: 2).render()
    }

    private static func settingsWithAreas() throws -> GenerationSettings {
        let kept = try #require(WorkArea(left: 3_000, top: 3_000, right: 5_000, bottom: 5_500))
        let avoided = try #require(WorkArea(left: 0, top: 0, right: 4_000, bottom: 10_000))
        return GenerationSettings(
            width: 140, height: 120, seed: 5, kind: .collage, originality: 90,
            works: [
                WorkUse(workID: [UInt8](repeating: 1, count: 16), keptWhole: [kept]),
                WorkUse(workID: [UInt8](repeating: 2, count: 16), avoided: [avoided]),
                WorkUse(workID: [UInt8](repeating: 3, count: 16), isLeftOut: true),
            ])
    }
}
