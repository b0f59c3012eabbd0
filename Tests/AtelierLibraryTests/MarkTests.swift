import AtelierLibrary
import AtelierProtocol
import Foundation
import SignedObjects
import StyleKit
import TestSupport
import Testing

@Suite("Hidden marks")
struct MarkTests {
    // Goal: every file that leaves the library leads back to its generation.
    // Method: the file as it was drawn, an export with the visible mark, after a receipt one
    // without it, and that one cut; a picture from elsewhere leads nowhere.
    @Test func whatIsExportedLeadsBack() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let made = try library.generate(
            NamedOrder(model: "m", seed: 4, width: 640, height: 640)
        ).generation
        _ = try await library.sync.run()

        let marked = world.folder.url.appending(path: "marked.png")
        let clean = world.folder.url.appending(path: "clean.png")
        _ = try library.generations.export(made.id, to: marked)
        _ = try library.generations.export(made.id, to: clean, withoutWatermark: true)
        let cut = world.folder.url.appending(path: "cut.png")
        try write(try Self.cut(try picture(clean), x: 37, y: 21, side: 560), to: cut)
        #expect(try picture(marked) != picture(clean))
        for file in [marked, clean, cut] {
            let found = try #require(
                try library.generations.findMark(in: file), "\(file.lastPathComponent)")
            #expect(found.generations.map(\.id) == [made.id])
            #expect(made.body.hasPrefix(found.bodyStart) && found.bodyStart.count == 8)
            #expect(abs(found.scale - 1) < 0.01 && !found.isMirrored)
        }
        #expect(try library.generations.findMark(in: world.picture(9, side: 300)) == nil)
        // The pixels of the clean picture, mark included, are known; those of a part are not.
        let verdict = try library.generations.verify(clean)
        #expect(verdict.verdict == .countersigned && verdict.generation == made.id)
        #expect(try library.generations.verify(cut).verdict == .unknown)
    }

    // Goal: the hidden mark costs nothing that is seen, and the clean picture is the drawn one.
    // Method: the clean export against the same pixels drawn by StyleKit.
    @Test func theCleanPictureIsTheDrawnOne() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let made = try library.generate(
            NamedOrder(model: "m", seed: 4, width: 160, height: 128)
        ).generation
        _ = try await library.sync.run()
        let clean = world.folder.url.appending(path: "clean.png")
        _ = try library.generations.export(made.id, to: clean, withoutWatermark: true)
        let model = try #require(try library.model(named: "m").file)
        let style = try StyleModel(bytes: [UInt8](try Data(contentsOf: URL(filePath: model))))
        let settings = GenerationSettings(width: 160, height: 128, seed: 4)
        let drawn = try Synthesis(model: style, settings: settings, threads: 1).render().picture
        let gaps = zip(try picture(clean).pixels, drawn.pixels).map { abs(Int($0) - Int($1)) }
        #expect((gaps.max() ?? 0) <= 14)
        #expect(gaps.contains { $0 > 0 })
    }

    private func picture(_ file: URL) throws -> Picture {
        try Picture.decode([UInt8](try Data(contentsOf: file))).0
    }

    private func write(_ picture: Picture, to file: URL) throws {
        try Data(try picture.encodedPNG()).write(to: file)
    }

    private static func cut(_ picture: Picture, x: Int, y: Int, side: Int) throws -> Picture {
        var pixels: [UInt8] = []
        for row in y..<(y + side) {
            let start = (row * picture.width + x) * 4
            pixels += picture.pixels[start..<(start + side * 4)]
        }
        return try Picture(width: side, height: side, pixels: pixels)
    }
}
