import AtelierLibrary
import CreditLedger
import Foundation
import SignedObjects
import StyleKit
import SystemSupport
import Testing
import TestSupport

@Suite("Painting after a work or a picture")
struct PaintAfterTests {
    struct Crash: Error {}

    private func order(
        _ source: GenerationOrder.AfterSource, closeness: Int = 70
    ) -> NamedOrder {
        NamedOrder(
            model: "m", seed: 1, width: 64, height: 64, kind: .after(source, closeness: closeness))
    }

    // Goal: a work is found by its id, alone or as a file, and no file is kept for it. Method: a
    // picture after a work that gives most of it; the same with the work's file is no new body.
    @Test func aWorkIsFoundByItsID() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let work = try #require(try library.works.all().first)
        let first = try library.generate(order(.work(work.id), closeness: 100))
        let made = first.generation
        #expect(made.kind == "after" && made.sketchSha256.isEmpty)
        let top = made.sources.max { $0.share < $1.share }
        #expect(top?.work == work.id)
        let file = URL(filePath: try #require(work.file))
        let again = try library.generate(order(.picture(file), closeness: 100))
        #expect(again.isRepeat && again.generation.id == made.id)
        let other = try library.generate(order(.work(work.id), closeness: 0))
        #expect(other.generation.body != made.body)
        #expect(!other.generation.sources.contains { $0.work == work.id })
    }

    // Goal: a picture that is painted after is part of what is paid for, and survives a crash.
    // Method: lose the file, resume; the same picture as a sketch is another body.
    @Test func aPictureIsKept() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("a", at: server)
        let file = try world.picture(9, side: 64)
        var crashing = world.environment(server: server)
        crashing.checkpoint = { if $0 == .spendJournaled { throw Crash() } }
        let victim = try Library(opening: library.folder, environment: crashing)
        #expect(throws: Crash.self) { try victim.generate(order(.picture(file))) }
        try FileManager.default.removeItem(at: file)
        let made = try #require(try library.generations.resume().finished.first).generation
        #expect(made.sketchSha256.count == 64 && made.kind == "after")
        let sketch = try library.generate(
            NamedOrder(
                model: "m", seed: 1, width: 64, height: 64, sketch: try world.picture(9, side: 64)))
        #expect(sketch.generation.body != made.body)
    }

    // Goal: drafts of a sheet are drawn in full with the picture that was kept. Method: a sheet
    // after a picture, its file lost, one draft picked.
    @Test func draftsKeepThePicture() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let file = try world.picture(9, side: 64)
        var order = order(.picture(file))
        order.drafts = 2
        let sheet = try library.generate(order).generation
        try FileManager.default.removeItem(at: file)
        let picked = try library.generations.pick([2], of: sheet.id)
        #expect(picked.map(\.draft) == [2] && picked.first?.kind == "after")
    }

    // Goal: a work outside the model serves by its file, and what cannot be found costs nothing.
    // Method: a work that the model was not trained with; then without its file; a closeness out of
    // range.
    @Test func aWorkOutsideTheModelServesByItsFile() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let work = try library.works.add(try world.picture(5), tags: []).work
        let made = try library.generate(order(.work(work.id))).generation
        #expect(made.sketchSha256 == work.sha256)
        try FileManager.default.removeItem(at: URL(filePath: try #require(work.file)))
        #expect(throws: LibraryError.elsewhere(kind: "work", device: work.deviceName)) {
            try library.generate(order(.work(work.id), closeness: 60))
        }
        for closeness in [-1, 101] {
            #expect(throws: LibraryError.self) {
                try library.generate(order(.work(work.id), closeness: closeness))
            }
        }
        #expect(try library.wallet.credits().usable == 1)
    }

    // Goal: a picture after another has its shape. Method: a wide work and the limits.
    @Test func theSizeIsThatOfTheWork() async throws {
        let world = try World()
        let library = try await world.joinedLibrary("a", at: LocalServer(world: world))
        let work = try #require(try library.works.all().first)
        #expect(try library.generations.size(after: .work(work.id)) == (512, 512))
        let wide = world.folder.url.appending(path: "wide.png")
        let picture = try Picture(
            width: 500, height: 20, pixels: [UInt8](repeating: 255, count: 40_000))
        try Data(try picture.encodedPNG()).write(to: wide)
        #expect(try library.generations.size(after: .picture(wide)) == (2_048, 512))
    }
}
