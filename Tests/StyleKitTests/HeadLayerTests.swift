import ArtistFiles
import Foundation
import StyleKit
import TestSupport
import Testing

@Suite("Layers named for the head") struct HeadLayerTests {
    // Goal: hair and face of a drawing are found in all three programs' files, in groups too; what
    // is hidden by other layers, or switched off, does not count.
    // Method: the same five layers in ten files; each cell of the grid is compared with the picture
    // of what shows, except where an edge runs through it.
    @Test(.enabled(if: OptionalLibrary.libzip.isBuiltIn, "this build is without libzip"))
    func theyAreFoundInEveryKindOfFile() throws {
        let drawn = try PictureOracle("layers", by: "drawing-oracle", seed: 1, files: 10)
        for (name, file) in try drawn.files() {
            let layers = try #require(HeadLayers(in: file), "\(name)")
            #expect(layers.names == ["The Head/HairBack", "The Head/skin"], "\(name)")
            let seen = try drawn.seen(name)
            var wrong = 0
            for y in 0..<120 {
                for x in 0..<100 {
                    let place = SIMD2((Double(x) + 0.5) / 100, (Double(y) + 0.5) / 120)
                    let isShown = seen[(y * 100 + x) * 4] > 127
                    if (layers.part(at: place) > 0.5) != isShown { wrong += 1 }
                }
            }
            #expect(wrong == 0, "\(name): \(wrong)")
        }
    }

    // Goal: names are read as artists write them, and other words do not count.
    @Test func namesAreReadAsArtistsWriteThem() {
        let alphas = [UInt8](repeating: 255, count: 64)
        func isHead(_ name: String) -> Bool {
            HeadLayers(
                in: HandMadePhotoshop.file(
                    width: 8, height: 8, pixels: [UInt8](repeating: 255, count: 256),
                    layers: [(name, alphas)])) != nil
        }
        for name in [
            "hair", "Hair 2", "FACE", "HairBack", "front_hair", "Kopf", "tête", "前髪", "hat",
        ] {
            #expect(isHead(name), "\(name)")
        }
        for name in ["overhead", "chair", "Layer 1", "surface", "", "what", "interface"] {
            #expect(!isHead(name), "\(name)")
        }
    }

    // Goal: with such layers the proposed outline is the artist's own division, and layers that do
    // not show the eyes change nothing.
    // Method: painted characters whose outline is known, as PSD files with the head on a layer of
    // its own; the same with a layer "hat" somewhere else.
    @Test func theProposalIsTheArtistsDivision() throws {
        var overlaps: [Double] = []
        let size = (width: PaintedCharacter.width, height: PaintedCharacter.height)
        for number in 0..<6 {
            let character = PaintedCharacter(number)
            let known = try LandmarkTests.marks(of: character)
            let rough = try FigureMarks(
                points: known.points, yaw: 0, forearms: known.forearms,
                heldThings: known.heldThings, width: size.width, height: size.height)
            let head = (0..<(size.width * size.height)).map { index -> UInt8 in
                let place = LandmarkTests.mark(
                    SIMD2(
                        Double(index % size.width) + 0.5, Double(index / size.width) + 0.5))
                return LandmarkTests.contains(known.headOutline, place) ? 255 : 0
            }
            func file(_ layers: [HandMadePhotoshop.Layer]) -> [UInt8] {
                HandMadePhotoshop.file(
                    width: size.width, height: size.height, pixels: character.pixels,
                    layers: layers)
            }
            let layered = file([("body", head.map { 255 - $0 }), ("head", head)])
            let picture = try Picture.decode(layered).0
            let found = rough.withProposedOutline(in: picture, layers: HeadLayers(in: layered))
            overlaps.append(
                LandmarkTests.overlap(known.headOutline, found.headOutline, on: character))
            var corner = [UInt8](repeating: 0, count: head.count)
            corner[0] = 255
            let elsewhere = HeadLayers(in: file([("hat", corner)]))
            #expect(elsewhere != nil)
            #expect(
                rough.withProposedOutline(in: picture, layers: elsewhere)
                    == rough.withProposedOutline(in: picture))
        }
        print("overlaps \(overlaps)")
        #expect(overlaps.allSatisfy { $0 > 0.96 })
    }
}
