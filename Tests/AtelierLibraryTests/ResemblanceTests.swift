import AtelierLibrary
import Foundation
import SignedObjects
import StyleKit
import TestSupport
import Testing

@Suite("Works that look alike")
struct ResemblanceTests {
    // Goal: a picture that is in the library in another form is told by the name it has there.
    // Method: a work, then the same toned, mirrored and turned; each is added all the same. Another
    // picture and a flat one resemble nothing.
    @Test func aTwinIsToldByName() throws {
        let world = try World()
        let library = try Library.make(
            in: world.home("a"), deviceName: "a", environment: world.environment()
        ).library
        let first = try library.works.add(try world.picture(1, side: 160), title: "Harbour")
        #expect(first.resemblance == nil)
        let original = try Picture.decode(
            [UInt8](try Data(contentsOf: world.picture(1, side: 160)))
        ).0
        for (name, twin) in [
            ("toned", try Self.moved(original) { ($0, $1) }),
            ("mirrored", try Self.moved(original) { (original.width - 1 - $0, $1) }),
            ("turned", try Self.moved(original) { ($1, original.width - 1 - $0) }),
        ] {
            let file = world.folder.url.appending(path: "\(name).png")
            try Data(try twin.encodedPNG()).write(to: file)
            let added = try library.works.add(file)
            let found = try #require(added.resemblance, "\(name)")
            #expect(found.work == first.work.id && found.title == "Harbour", "\(name)")
            #expect(found.differingBits <= 31 && !added.isDuplicate, "\(name)")
            _ = try library.withdrawals.remove(added.work.id)
        }
        #expect(try library.works.add(try world.picture(5, side: 160)).resemblance == nil)
        for shade in [UInt8(90), 91] {
            let flat = try Picture(
                width: 80, height: 80, pixels: [UInt8](repeating: shade, count: 80 * 80 * 4))
            let file = world.folder.url.appending(path: "flat-\(shade).png")
            try Data(try flat.encodedPNG()).write(to: file)
            #expect(try library.works.add(file).resemblance == nil)
        }
    }

    // Goal: works on other devices count too, and no picture is decoded again.
    // Method: a second device that has the row and not the file adds a toned copy.
    @Test func worksElsewhereCount() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let first = try await world.joinedLibrary("a", at: server)
        let there = try first.works.add(try world.picture(3, side: 160), title: "There").work
        _ = try await first.sync.run()
        let second = try await world.secondLibrary("b", of: first, at: server)
        #expect(try !second.works.work(there.id).isHere)
        let picture = try Picture.decode(
            [UInt8](try Data(contentsOf: world.picture(3, side: 160)))
        ).0
        let file = world.folder.url.appending(path: "toned.png")
        try Data(try Self.moved(picture) { ($0, $1) }.encodedPNG()).write(to: file)
        #expect(try second.works.add(file).resemblance?.work == there.id)
    }

    /// A square picture a little darker, its pixels taken from elsewhere.
    private static func moved(
        _ picture: Picture, _ place: (Int, Int) -> (Int, Int)
    ) throws -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<picture.height {
            for x in 0..<picture.width {
                let (column, row) = place(x, y)
                let base = (row * picture.width + column) * 4
                for lane in 0..<3 { pixels.append(picture.pixels[base + lane] / 8 * 7) }
                pixels.append(255)
            }
        }
        return try Picture(width: picture.width, height: picture.height, pixels: pixels)
    }
}
