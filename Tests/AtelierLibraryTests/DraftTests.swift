import AtelierLibrary
import CreditLedger
import Foundation
import SignedObjects
import StyleKit
import SystemSupport
import Testing
import TestSupport

@Suite("Sheets of drafts")
struct DraftTests {
    // Goal: a sheet and its picked drafts cost one credit, whenever they are picked and however
    // often; no more than four; and a picked draft can be had without its watermark.
    @Test func aSheetAndItsPicksAreOneCredit() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let order = NamedOrder(model: "m", seed: 4, width: 64, height: 64, drafts: 6)
        let sheet = try library.generate(order)
        #expect(sheet.generation.drafts == 6 && sheet.generation.draft == 0 && !sheet.isRepeat)
        let name = sheet.generation.id
        let picked = try library.generations.pick([2, 5], of: name)
        #expect(picked.map(\.draft) == [2, 5])
        #expect(picked.allSatisfy { $0.sheet == sheet.generation.id && $0.file != nil })
        #expect(picked[0].pixelHash != picked[1].pixelHash)
        #expect(try library.generations.pick([5], of: name).map(\.id) == [picked[1].id])
        #expect(throws: GenerationError.tooManyPicks(limit: 4)) {
            try library.generations.pick([1, 3, 4], of: name)
        }
        #expect(throws: LibraryError.badNumber(field: "pick", lowest: 1, highest: 6)) {
            try library.generations.pick([7], of: name)
        }
        #expect(throws: GenerationError.notASheet(name: picked[0].id.short)) {
            try library.generations.pick([1], of: picked[0].id)
        }
        #expect(try library.wallet.credits().spentHere == 1)

        #expect(try await library.sync.run().settled == 1)
        let seen = try library.generations.generation(picked[0].id)
        #expect(seen.standing == .countersigned)
        let clean = world.folder.url.appending(path: "clean.png")
        _ = try library.generations.export(picked[0].id, to: clean, withoutWatermark: true)
        let pixels = try Picture.decode([UInt8](Data(contentsOf: clean))).0.pixelHash
        #expect(Hexadecimal.encode(pixels) == picked[0].pixelHash)
        let later = try library.generations.pick([1], of: name)
        #expect(later.first?.standing == .countersigned)
    }

    // Goal: every picture says what it comes from; a map of it can be drawn, of a sheet it cannot.
    @Test func picturesSayWhereTheyComeFrom() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let order = NamedOrder(model: "m", seed: 4, width: 64, height: 64, drafts: 2)
        let sheet = try library.generate(order).generation
        let made = try library.generations.pick([1], of: sheet.id)
        let picture = try #require(made.first)
        #expect(picture.largestPiece > 0 && picture.largestPiece <= 1)
        #expect(abs(picture.sources.map(\.share).reduce(0, +) - 1) < 0.001)
        let file = world.folder.url.appending(path: "map.png")
        let legend = try library.generations.writeSourceMap(of: picture.id, to: file)
        #expect(legend.map(\.work) == picture.sources.map(\.work))
        #expect(try Picture.decode([UInt8](Data(contentsOf: file))).0.width >= 64)
        #expect(throws: GenerationError.isASheet(name: sheet.id.short)) {
            try library.generations.writeSourceMap(of: sheet.id, to: file, replacing: true)
        }
    }

    // Goal: what the artist marks on a work holds for the next picture, and leaving a work out
    // takes nothing of it.
    @Test func markedWorksAreHeeded() async throws {
        let world = try World()
        let server = LocalServer(world: world)
        let library = try await world.joinedLibrary("desk", at: server)
        let works = try library.works.all()
        let first = try #require(works.first)
        let order = NamedOrder(
            model: "m", seed: 4, width: 64, height: 64, leftOut: [first.id])
        let without = try library.generate(order).generation
        #expect(!without.sources.map(\.work).contains(first.id))
        var areas = WorkAreas()
        areas.avoided = [try #require(MarkedArea("0,0,50,99.5")).area]
        let marked = try library.works.edit(first.id, areas: areas)
        #expect(marked.areas == areas)
        #expect(MarkedArea(marked.areas.avoided[0]).description == "0,0,50,99.5")
        for text in ["0,0,50", "0,0,0,10", "-1,0,5,5", "0,0,5,101", "a,0,5,5", ",0,5,5"] {
            #expect(MarkedArea(text)?.description == nil, "\(text)")
        }
        let plain = NamedOrder(model: "m", seed: 4, width: 64, height: 64)
        #expect(try library.generate(plain).generation.settingsDigest != without.settingsDigest)
    }
}
